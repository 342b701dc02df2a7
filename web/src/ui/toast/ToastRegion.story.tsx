import { ToastRegion } from "./ToastRegion";

export const title = "ToastRegion";

export const Region = () => <ToastRegion label="News" dismissLabel="Dismiss" />;
