import { act, fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { checkStories } from "../checkStories";
import { ToastRegion } from "./ToastRegion";
import * as stories from "./ToastRegion.story";
import { toasts } from "./toasts";

checkStories(stories);

it("shows what happened, offers to undo it and goes away", () => {
  const undo = vi.fn();
  render(<ToastRegion label="News" dismissLabel="Dismiss" />);
  act(() => toasts.show({ text: "Suspended", action: { label: "Undo", run: undo } }));
  fireEvent.click(screen.getByRole("button", { name: "Undo" }));
  expect(undo).toHaveBeenCalledOnce();
  expect(screen.queryByText("Suspended")).toBeNull();
});
