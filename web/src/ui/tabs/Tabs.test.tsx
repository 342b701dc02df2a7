import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { checkStories } from "../checkStories";
import { Tabs } from "./Tabs";
import * as stories from "./Tabs.story";

checkStories(stories);

it("moves with the arrows", () => {
  const pick = vi.fn();
  render(
    <Tabs
      label="Details"
      value="b"
      onPick={pick}
      tabs={[
        { value: "a", label: "A" },
        { value: "b", label: "B" },
      ]}
    >
      B
    </Tabs>,
  );
  fireEvent.keyDown(screen.getByRole("tab", { name: "B" }), { key: "ArrowRight" });
  expect(pick).toHaveBeenCalledWith("a");
});
