import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { checkStories } from "../checkStories";
import { Button } from "./Button";
import * as stories from "./Button.story";

checkStories(stories);

it("stays reachable and does nothing while it is disabled or busy", () => {
  const press = vi.fn();
  const { rerender } = render(
    <Button disabledReason="Not yet" onClick={press}>
      Save
    </Button>,
  );
  const button = screen.getByRole("button", { name: "Save" });
  fireEvent.click(button);
  expect(button.getAttribute("aria-disabled")).toBe("true");
  rerender(
    <Button busy onClick={press}>
      Save
    </Button>,
  );
  fireEvent.click(screen.getByRole("button"));
  expect(press).not.toHaveBeenCalled();
  rerender(<Button onClick={press}>Save</Button>);
  fireEvent.click(screen.getByRole("button"));
  expect(press).toHaveBeenCalledOnce();
});
