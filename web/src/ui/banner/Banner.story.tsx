import { Banner } from "./Banner";

export const title = "Banner";

export const Plain = () => <Banner tone="plain">Reconnecting</Banner>;

export const Caution = () => <Banner tone="caution">Development seal</Banner>;

export const Danger = () => (
  <Banner tone="danger" look="card" role="alert">
    Not saved
  </Banner>
);

export const Sealed = () => (
  <Banner tone="sealed" look="card">
    Read under a grant
  </Banner>
);
