import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { checkStories } from "../checkStories";
import { Dialog } from "./Dialog";
import * as stories from "./Dialog.story";

checkStories(stories);

it("takes the focus, closes on Escape and gives the focus back", () => {
  const close = vi.fn();
  const before = document.createElement("button");
  document.body.append(before);
  before.focus();
  const { unmount } = render(
    <Dialog title="Rename" closeLabel="Close" onClose={close}>
      <input aria-label="Name" />
    </Dialog>,
  );
  expect(document.activeElement).toBe(screen.getByLabelText("Name"));
  fireEvent(screen.getByRole("dialog", { name: "Rename" }), new Event("cancel", { cancelable: true }));
  expect(close).toHaveBeenCalledOnce();
  unmount();
  expect(document.activeElement).toBe(before);
  before.remove();
});
