import { expect, it } from "vitest";
import { checkStories } from "../checkStories";
import { keyNames } from "./Kbd";
import * as stories from "./Kbd.story";

checkStories(stories);

it("names keys as the keyboard prints them", () => {
  expect(keyNames("Mod+Shift+ArrowDown")).toEqual(["Ctrl", "Shift", "↓"]);
});
