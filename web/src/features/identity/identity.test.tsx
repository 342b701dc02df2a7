import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { open } from "@/app/testing/application";
import { expectAccessible } from "@/app/testing/axe";

describe("at the door", () => {
  it("an organisation signs up, starts a chat and writes", async () => {
    const { person, server } = await open({ at: "/sign-up", as: null });
    await person.type(await screen.findByLabelText("Name of the organisation"), "Bridgewater");
    await person.type(screen.getByLabelText("Your name"), "Noor");
    await person.type(screen.getByLabelText("Mail address"), "noor@bridge.example");
    await person.type(screen.getByLabelText("Password"), "five green bicycles");
    await expectAccessible();
    await person.click(screen.getByRole("button", { name: "Create organisation" }));
    expect(await screen.findByText("No chats yet")).toBeTruthy();
    expect(server.state.tenant.name).toBe("Bridgewater");
  });

  it("checks a form before it is sent and goes to the first problem", async () => {
    const { person } = await open({ at: "/sign-up", as: null });
    await person.click(await screen.findByRole("button", { name: "Create organisation" }));
    await waitFor(() =>
      expect(document.activeElement).toBe(screen.getByLabelText("Name of the organisation")),
    );
    expect(screen.getAllByText("Fill this in.")).toHaveLength(2);
    await expectAccessible();
  });

  it("is closed when the operator says so", async () => {
    await open({
      at: "/sign-up",
      as: null,
      prepare: ({ state }) => Object.assign(state.instance, { sign_up: "closed" }),
    });
    expect(await screen.findByRole("heading", { name: "Sign-up is closed" })).toBeTruthy();
  });

  it("asks for the second step and takes a recovery code instead", async () => {
    const { person, server } = await open({
      at: "/sign-in",
      as: null,
      prepare: ({ state }) =>
        Object.assign(state.people.get("p_lin") ?? {}, { totp: true, recoveryCodes: ["spare"] }),
    });
    await person.type(await screen.findByLabelText("Mail address"), "lin@north.example");
    await person.type(screen.getByLabelText("Password"), "correct horse battery{Enter}");
    await person.click(await screen.findByRole("button", { name: "Use a recovery code instead" }));
    await person.type(screen.getByLabelText("Recovery code"), "spare{Enter}");
    expect(await screen.findByRole("navigation", { name: "Products" })).toBeTruthy();
    expect(server.state.people.get("p_lin")?.recoveryCodes).toEqual([]);
  });

  it("says why signing in failed, in the language chosen, and keeps what was typed", async () => {
    const { person } = await open({ at: "/sign-in", as: null, language: "zh-CN" });
    await person.type(await screen.findByLabelText("邮箱地址"), "lin@north.example");
    await person.type(screen.getByLabelText("密码"), "wrong{Enter}");
    expect((await screen.findByRole("alert")).textContent).toContain("邮箱或密码不正确。");
    expect((screen.getByLabelText("邮箱地址") as HTMLInputElement).value).toBe("lin@north.example");
  });

  it("takes an invitation", async () => {
    const { person } = await open({ at: "/join#invite-iv_3", as: null });
    expect(await screen.findByRole("heading", { name: /^Join Northwind/ })).toBeTruthy();
    await person.type(screen.getByLabelText("Your name"), "Noor");
    await person.type(screen.getByLabelText("Mail address"), "noor@north.example");
    await person.type(screen.getByLabelText("Password"), "five green bicycles{Enter}");
    expect(await screen.findByRole("navigation", { name: "Products" })).toBeTruthy();
  });

  it("finishes a recovery that wants a second proof", async () => {
    const { person } = await open({ at: "/recover/finish#reset-demo", as: null });
    await person.type(await screen.findByLabelText("New password"), "five green bicycles");
    await person.type(screen.getByLabelText("New password again"), "five green bicycles{Enter}");
    await person.type(await screen.findByLabelText(/authenticator app/), "123456{Enter}");
    expect(await screen.findByRole("heading", { name: "Password set" })).toBeTruthy();
  });
});

describe("one's own account", () => {
  it("turns on the second step and shows the recovery codes once", async () => {
    const { person, server } = await open({ at: "/settings/security" });
    await person.click(await screen.findByRole("button", { name: "Turn on the second step" }));
    const dialog = await screen.findByRole("dialog");
    await person.type(within(dialog).getByLabelText("Password"), "correct horse battery{Enter}");
    expect(await within(dialog).findByAltText("QR code for the authenticator app")).toBeTruthy();
    await person.type(within(dialog).getByLabelText(/authenticator app/), "123456{Enter}");
    expect(await within(dialog).findByRole("list", { name: "Recovery codes" })).toBeTruthy();
    await expectAccessible();
    await person.click(within(dialog).getByRole("button", { name: "I have kept them" }));
    expect(await screen.findByText("10 recovery codes left.")).toBeTruthy();
    expect(server.state.people.get("p_lin")?.totp).toBe(true);
  });

  it("ends another session", async () => {
    const { person, server } = await open({ at: "/settings/sessions" });
    await person.click((await screen.findAllByRole("button", { name: "End" }))[0] as HTMLElement);
    await waitFor(() => expect(server.state.sessions).toHaveLength(2));
  });

  it("signs out and leaves nothing behind", async () => {
    const { person, client } = await open({ at: "/chats" });
    await person.click(await screen.findByRole("button", { name: "Your account" }));
    await person.click(await screen.findByRole("menuitem", { name: "Sign out" }));
    expect(await screen.findByRole("heading", { name: "Sign in" })).toBeTruthy();
    expect(client.getQueryData(["chats"])).toBeUndefined();
  });
});
