import { render } from "@testing-library/react";
import axe from "axe-core";
import { describe, expect, it } from "vitest";

export type Stories = Record<string, string | (() => React.ReactNode)>;

/** Renders every story of a component and asks axe about it. */
export function checkStories({ title, ...stories }: Stories): void {
  describe(`${title}: stories`, () => {
    for (const [name, Story] of Object.entries(stories)) {
      if (typeof Story === "string") continue;
      it(`${name} is accessible`, async () => {
        const { container } = render(<Story />);
        const { violations } = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      });
    }
  });
}
