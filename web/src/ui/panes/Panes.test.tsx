import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { checkStories } from "../checkStories";
import { Panes } from "./Panes";
import * as stories from "./Panes.story";

checkStories(stories);

it("remembers the width of the list", () => {
  render(
    <Panes list={null} listLabel="Chats" resizeLabel="Width">
      Work
    </Panes>,
  );
  fireEvent.keyDown(screen.getByRole("separator", { name: "Width" }), { key: "End" });
  expect(localStorage.getItem("bastide.list-width")).toBe("360");
});
