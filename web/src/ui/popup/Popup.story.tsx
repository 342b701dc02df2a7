import { Popup } from "./Popup";

export const title = "Popup";

export const Framed = () => (
  <Popup anchor={{ left: 20, right: 40, top: 20, bottom: 40 }} label="More" onClose={() => {}}>
    <p>Text</p>
  </Popup>
);
