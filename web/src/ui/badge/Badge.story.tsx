import { CountBadge, Tag } from "./Badge";

export const title = "Badge";

export const Count = () => <CountBadge count={7} label="7 unread" />;

export const Many = () => <CountBadge count={1200} label="1200 unread" tone="quiet" />;

export const None = () => <CountBadge count={0} label="none" />;

export const Tags = () => (
  <>
    <Tag>Quiet</Tag> <Tag tone="positive">On</Tag> <Tag tone="caution">Off</Tag>{" "}
    <Tag tone="sealed">Sealed</Tag>
  </>
);
