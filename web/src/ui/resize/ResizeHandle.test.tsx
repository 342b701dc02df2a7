import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { checkStories } from "../checkStories";
import { ResizeHandle } from "./ResizeHandle";
import * as stories from "./ResizeHandle.story";

checkStories(stories);

it("moves with the arrow keys and stops at its ends", () => {
  const width = vi.fn();
  render(<ResizeHandle label="Width" width={350} min={280} max={360} onWidth={width} />);
  fireEvent.keyDown(screen.getByRole("separator"), { key: "ArrowRight" });
  expect(width).toHaveBeenCalledWith(360);
});
