import { Meter } from "./Meter";

export const title = "Meter";

export const Some = () => <Meter label="Storage" value={37} most={100} text="37 of 100 GB" />;

export const Nearly = () => <Meter label="Storage" value={93} most={100} text="93 of 100 GB" />;

export const Full = () => <Meter label="Storage" value={120} most={100} text="120 of 100 GB" />;

export const None = () => <Meter label="Storage" value={0} most={100} text="0 of 100 GB" />;
