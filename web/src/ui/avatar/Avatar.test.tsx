import { expect, it } from "vitest";
import { checkStories } from "../checkStories";
import { initialsOf } from "./Avatar";
import * as stories from "./Avatar.story";

checkStories(stories);

it("takes two characters of a Chinese name and two letters of another", () => {
  expect(initialsOf("欧阳明月")).toBe("明月");
  expect(initialsOf("Ana Maria Ferreira")).toBe("AF");
  expect(initialsOf("")).toBe("?");
});
