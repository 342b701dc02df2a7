import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { checkStories } from "../checkStories";
import { Menu } from "./Menu";
import * as stories from "./Menu.story";

checkStories(stories);

it("opens on its first item, moves with the arrows and returns the focus", () => {
  const pick = vi.fn();
  render(
    <Menu
      label="Actions"
      items={[
        { key: "a", label: "Rename", onPick: () => {} },
        { key: "b", label: "Remove", onPick: pick },
      ]}
      trigger={(button) => (
        <button type="button" {...button}>
          Open
        </button>
      )}
    />,
  );
  const button = screen.getByRole("button", { name: "Open" });
  fireEvent.click(button);
  expect(document.activeElement?.textContent).toBe("Rename");
  fireEvent.keyDown(document.activeElement as Element, { key: "ArrowDown" });
  fireEvent.click(document.activeElement as Element);
  expect(pick).toHaveBeenCalledOnce();
  expect(document.activeElement).toBe(button);
});
