import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { checkStories } from "../checkStories";
import { Switch } from "./Switch";
import * as stories from "./Switch.story";

checkStories(stories);

it("flips", () => {
  const flip = vi.fn();
  render(<Switch label="Mute" on={false} onFlip={flip} />);
  fireEvent.click(screen.getByRole("switch", { name: "Mute" }));
  expect(flip).toHaveBeenCalledWith(true);
});
