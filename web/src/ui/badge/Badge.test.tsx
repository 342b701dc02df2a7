import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { checkStories } from "../checkStories";
import { CountBadge } from "./Badge";
import * as stories from "./Badge.story";

checkStories(stories);

it("says what it counts, and shows nothing for nothing", () => {
  const { container, rerender } = render(<CountBadge count={3} label="3 unread" />);
  expect(screen.getByText("3 unread")).toBeTruthy();
  rerender(<CountBadge count={0} label="none" />);
  expect(container.textContent).toBe("");
});
