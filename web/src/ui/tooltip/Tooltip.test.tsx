import { act, fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { checkStories } from "../checkStories";
import { Tooltip } from "./Tooltip";
import * as stories from "./Tooltip.story";

checkStories(stories);

it("appears after a moment of rest", () => {
  vi.useFakeTimers();
  render(
    <Tooltip text="Find anything">
      <button type="button">Search</button>
    </Tooltip>,
  );
  fireEvent.pointerEnter(screen.getByRole("button"));
  expect(screen.queryByText("Find anything")).toBeNull();
  act(() => vi.advanceTimersByTime(450));
  expect(screen.getByText("Find anything")).toBeTruthy();
  vi.useRealTimers();
});
