import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { open } from "@/app/testing/application";
import { expectAccessible } from "@/app/testing/axe";

describe("the keys above an organisation", () => {
  it("are with custodians, and the own one is replaced in time", async () => {
    await open({ at: "/settings/keys" });
    expect(await screen.findByText("With custodians")).toBeTruthy();
    expect(screen.getByText(/3 shares with 3 custodians, and 2 of them/)).toBeTruthy();
    expect(screen.getByText("Version").nextSibling?.textContent).toBe("4");
    await expectAccessible();
  });

  it("say so where the root key lies in a file", async () => {
    await open({
      at: "/settings/keys",
      language: "zh-CN",
      prepare: ({ state }) => {
        state.seal.quorum = null;
      },
    });
    expect(await screen.findByText("存放在文件中")).toBeTruthy();
    await expectAccessible();
  });

  it("are not for members", async () => {
    const { server } = await open({ at: "/settings/keys", as: "u_ana" });
    expect(await screen.findByText(/administrators/i)).toBeTruthy();
    expect(server.state.me).toBe("u_ana");
  });

  it("can be asked for again", async () => {
    const { person, server } = await open({
      at: "/settings/keys",
      prepare: (one) => one.failNext("GET /keys", 500, "gate.fault", "Something went wrong"),
    });
    await person.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByText("With custodians")).toBeTruthy();
    expect(server.failures).toEqual([]);
  });
});
