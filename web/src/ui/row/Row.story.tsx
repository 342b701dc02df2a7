import { Avatar } from "../avatar/Avatar";
import { Row } from "./Row";

export const title = "Row";

export const Full = () => (
  <Row leading={<Avatar id="u" name="Ana" />} title="Ana Ferreira" aside="14:05" detail="See you" strong />
);
