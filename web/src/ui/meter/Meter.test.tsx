import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { checkStories } from "../checkStories";
import { Meter } from "./Meter";
import * as stories from "./Meter.story";

checkStories(stories);

it("says how much is taken, and no more than all of it", () => {
  render(<Meter label="Storage" value={120} most={100} text="120 of 100 GB" />);
  const meter = screen.getByRole("meter", { name: "Storage" });
  expect(meter.getAttribute("aria-valuenow")).toBe("100");
  expect(meter.getAttribute("aria-valuetext")).toBe("120 of 100 GB");
});
