import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { open } from "@/app/testing/application";
import { expectAccessible } from "@/app/testing/axe";
import type { MockServer } from "@/mock/server";

const sealed = ({ state }: MockServer) => Object.assign(state.instance, { sealed: true });
const share = () => screen.findByLabelText<HTMLInputElement>("Your share");

describe("a sealed server", () => {
  it("takes shares, says how far it is, and goes on to where the person was by itself", async () => {
    const { person, server } = await open({ at: "/people", prepare: sealed });
    expect(await screen.findByRole("heading", { name: "This server is sealed" })).toBeTruthy();
    const field = await share();
    expect([field.type, field.autocomplete]).toEqual(["password", "off"]);
    expect(await screen.findByText("0 of 2 shares")).toBeTruthy();
    await expectAccessible();

    await person.click(field);
    await person.paste("  bastide1-three\n");
    await person.click(screen.getByRole("button", { name: "Enter share" }));
    expect(await within(screen.getByRole("status")).findByText("1 of 2 shares")).toBeTruthy();
    expect(field.value).toBe("");
    expect(document.activeElement).toBe(field);
    expect(screen.getByRole("meter", { name: "Shares entered" }).getAttribute("aria-valuenow")).toBe("1");

    await person.keyboard("bastide1-one{Enter}");
    expect(await screen.findByRole("navigation", { name: "Products" })).toBeTruthy();
    expect(server.state.instance.sealed).toBe(false);
  });

  it.each([
    ["nonsense", /This is no share/],
    ["bastide1-elsewhere", /does not belong/],
    ["bastide1-three", /entered already/],
  ])("says why it does not take «%s», and forgets it", async (text, words) => {
    const { person } = await open({
      at: "/chats",
      prepare: (server) => {
        sealed(server);
        server.state.seal.entered = ["bastide1-three"];
      },
    });
    const field = await share();
    await person.type(field, `${text}{Enter}`);
    expect((await screen.findByRole("alert")).textContent).toMatch(words);
    expect(field.value).toBe("");
    expect(document.activeElement).toBe(field);
  });

  it("says that nothing was entered, and asks nobody", async () => {
    const { person } = await open({ at: "/chats", prepare: sealed });
    await share();
    await person.click(screen.getByRole("button", { name: "Enter share" }));
    expect(await screen.findByText("Enter or paste your share.")).toBeTruthy();
  });

  it("begins anew", async () => {
    const { person, server } = await open({ at: "/chats", prepare: sealed });
    await person.type(await share(), "bastide1-one{Enter}");
    await person.click(await screen.findByRole("button", { name: "Start over" }));
    expect(await screen.findByText("The shares entered so far were forgotten")).toBeTruthy();
    expect(server.state.seal.entered).toEqual([]);
    expect(screen.queryByRole("button", { name: "Start over" })).toBeNull();
  });

  it("sees what custodians do elsewhere", async () => {
    const { server } = await open({ at: "/chats", prepare: sealed });
    expect(await screen.findByText("0 of 2 shares")).toBeTruthy();
    server.state.seal.entered = ["bastide1-two"];
    expect(await screen.findByText("1 of 2 shares", {}, { timeout: 6_000 })).toBeTruthy();
    server.state.instance.sealed = false;
    expect(await screen.findByRole("navigation", { name: "Products" }, { timeout: 6_000 })).toBeTruthy();
  }, 15_000);

  it("leads those who are not signed in to the door", async () => {
    const { person } = await open({ at: "/chats", as: null, prepare: sealed });
    await person.type(await share(), "bastide1-one{Enter}");
    await person.type(await share(), "bastide1-two{Enter}");
    expect(await screen.findByRole("heading", { name: "Sign in" })).toBeTruthy();
  });

  it("is told where an operator has to do it", async () => {
    await open({
      at: "/chats",
      prepare: (server) => {
        sealed(server);
        server.state.seal.quorum = null;
      },
    });
    expect(await screen.findByText(/until an operator unseals the server/)).toBeTruthy();
    expect(screen.queryByLabelText("Your share")).toBeNull();
    await expectAccessible();
  });

  it("is noticed in the middle of work", async () => {
    const { person, server } = await open({ at: "/chats" });
    await screen.findByRole("navigation", { name: "Products" });
    sealed(server);
    await person.click(screen.getByRole("link", { name: "People" }));
    await waitFor(() => expect(screen.getByRole("heading", { name: "This server is sealed" })).toBeTruthy());
  });
});
