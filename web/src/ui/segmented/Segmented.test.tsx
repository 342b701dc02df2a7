import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { checkStories } from "../checkStories";
import { Segmented } from "./Segmented";
import * as stories from "./Segmented.story";

checkStories(stories);

it("is a group of radio buttons", () => {
  const pick = vi.fn();
  render(
    <Segmented
      label="Show"
      value="all"
      onPick={pick}
      options={[
        { value: "all", label: "All" },
        { value: "unread", label: "Unread" },
      ]}
    />,
  );
  fireEvent.click(screen.getByRole("radio", { name: "Unread" }));
  expect(pick).toHaveBeenCalledWith("unread");
});
