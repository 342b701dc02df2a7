import { expect, it } from "vitest";
import { fromWire, labelFor, toWire, typedMention } from "./mentions";

it("turns labels into accounts, the longest first", () => {
  const labels = new Map([
    ["Ann", "u_1"],
    ["Ann Lee", "u_2"],
  ]);
  expect(toWire("@Ann Lee and @Ann, hello", labels)).toBe("@{u_2} and @{u_1}, hello");
});

it("leaves an @ that nobody was picked for", () => {
  expect(toWire("write to me@example.org", new Map())).toBe("write to me@example.org");
});

it("keeps two people of one name apart, there and back", () => {
  const labels = new Map([["王伟", "u_1"]]);
  expect(labelFor(labels, "u_2", "王伟")).toBe("王伟 (2)");
  const { shown, labels: found } = fromWire("@{u_1} @{u_2}", () => "王伟");
  expect(shown).toBe("@王伟 @王伟 (2)");
  expect(toWire(shown, found)).toBe("@{u_1} @{u_2}");
});

it("finds what is typed after an @, also behind Chinese text", () => {
  expect(typedMention("hello @an", 9)).toEqual({ query: "an", start: 6 });
  expect(typedMention("你好@晓", 4)).toEqual({ query: "晓", start: 2 });
  expect(typedMention("me@example", 10)).toBeNull();
});
