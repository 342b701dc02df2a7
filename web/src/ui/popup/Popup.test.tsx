import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { checkStories } from "../checkStories";
import { Popup } from "./Popup";
import * as stories from "./Popup.story";

checkStories(stories);

it("closes on Escape and on a press elsewhere", () => {
  const close = vi.fn();
  render(
    <Popup anchor={{ left: 0, right: 0, top: 0, bottom: 0 }} label="More" onClose={close}>
      <button type="button">Inside</button>
    </Popup>,
  );
  fireEvent.pointerDown(screen.getByRole("button"));
  expect(close).not.toHaveBeenCalled();
  fireEvent.keyDown(screen.getByRole("button"), { key: "Escape" });
  fireEvent.pointerDown(document.body);
  expect(close).toHaveBeenCalledTimes(2);
});
