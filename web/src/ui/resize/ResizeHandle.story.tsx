import { ResizeHandle } from "./ResizeHandle";

export const title = "ResizeHandle";

export const Handle = () => <ResizeHandle label="Width" width={300} min={280} max={360} onWidth={() => {}} />;
