import { Skeleton } from "./Skeleton";

export const title = "Skeleton";

export const Rows = () => <Skeleton rows={3} label="Loading" />;

export const Messages = () => <Skeleton rows={3} look="message" label="Loading" />;
