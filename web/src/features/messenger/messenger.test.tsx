import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { open } from "@/app/testing/application";
import { expectAccessible } from "@/app/testing/axe";

const box = () => screen.findByRole("textbox", { name: /^Message / });
const history = () => screen.findByRole("region", { name: /^Messages in/ });

describe("a conversation", () => {
  it("shows a sent message at once and once", async () => {
    const { person, server } = await open({ at: "/chats/oc_design" });
    await person.type(await box(), "See you at three{Enter}");
    expect(within(await history()).getByText("See you at three")).toBeTruthy();
    await waitFor(() =>
      expect(server.state.chats.get("oc_design")?.messages.at(-1)?.body).toMatchObject({
        text: "See you at three",
      }),
    );
    await waitFor(async () =>
      expect(within(await history()).getAllByText("See you at three")).toHaveLength(1),
    );
    expect(((await box()) as HTMLTextAreaElement).value).toBe("");
    await expectAccessible();
  });

  it("keeps the text of a refused message and sends it on request", async () => {
    const { person, server } = await open({ at: "/chats/oc_design" });
    server.failNext("POST /chats/oc_design/messages", 403, "access.not_permitted", "No");
    await person.type(await box(), "Please read{Enter}");
    expect(await screen.findByText(/Not sent: You are not allowed/)).toBeTruthy();
    await person.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(screen.queryByText(/Not sent/)).toBeNull());
    expect(within(await history()).getByText("Please read")).toBeTruthy();
  });

  it("lets what was written offline go out by itself", async () => {
    const { person, server } = await open({ at: "/chats/oc_design" });
    const field = await box();
    server.goOffline();
    await person.type(field, "From the train{Enter}");
    expect(await screen.findByText(/Waiting for the connection/)).toBeTruthy();
    server.offline = false;
    await waitFor(() => expect(screen.queryByText(/Waiting for the connection/)).toBeNull(), {
      timeout: 8000,
    });
    expect(server.state.chats.get("oc_design")?.messages.at(-1)?.body).toMatchObject({
      text: "From the train",
    });
  });

  it("mentions somebody by keyboard", async () => {
    const { person, server } = await open({ at: "/chats/oc_design" });
    await person.type(await box(), "@思");
    await screen.findByRole("option", { name: /陈思远/ });
    await person.keyboard("{Enter}look{Enter}");
    await waitFor(() =>
      expect(server.state.chats.get("oc_design")?.messages.at(-1)?.body).toMatchObject({
        text: "@{u_chen} look",
        mentions: ["u_chen"],
      }),
    );
  });

  it("shows what others write, and counts it elsewhere", async () => {
    const { server } = await open({ at: "/chats/oc_design" });
    await history();
    const design = server.state.chats.get("oc_design");
    const wang = server.state.chats.get("oc_d_wang");
    await waitFor(() => expect(server.state.me).toBe("u_lin"));
    await act(async () => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      if (design) server.state.say(design, { author: "u_chen", text: "New drawing is up" });
      if (wang) server.state.say(wang, { author: "u_wang", text: "有空吗？" });
    });
    expect(await within(await history()).findByText("New drawing is up")).toBeTruthy();
    expect(await screen.findByText("1 unread message")).toBeTruthy();
  });

  it("saves a draft and brings it back", async () => {
    const { person, server } = await open({ at: "/chats/oc_d_wang" });
    const field = (await box()) as HTMLTextAreaElement;
    await waitFor(() => expect(field.value).toBe("关于昨天的问题，"));
    await person.type(field, "我看了");
    await waitFor(() => expect(server.state.drafts.get("oc_d_wang")).toBe("关于昨天的问题，我看了"), {
      timeout: 3000,
    });
  });
});

describe("groups", () => {
  it("are made with a name and people", async () => {
    const { person, server } = await open({ at: "/chats" });
    await person.click((await screen.findAllByRole("button", { name: "New chat" }))[0] as HTMLElement);
    const dialog = await screen.findByRole("dialog", { name: "New chat" });
    await person.click(within(dialog).getByRole("radio", { name: "Group" }));
    await person.type(within(dialog).getByLabelText("Name of the group"), "Boat trip");
    await person.click(await within(dialog).findByRole("option", { name: /Ana Ferreira/ }));
    await person.click(within(dialog).getByRole("button", { name: "Create group" }));
    expect(await screen.findByRole("heading", { name: "Boat trip" })).toBeTruthy();
    const made = [...server.state.chats.values()].find((chat) => chat.name === "Boat trip");
    expect(made?.members).toEqual(["u_lin", "u_ana"]);
  });

  it("show their members and let the owner hand over", async () => {
    const { person, server } = await open({ at: "/chats/oc_design?details=true" });
    await person.click(await screen.findByRole("button", { name: "Actions for 陈思远" }));
    await person.click(await screen.findByRole("menuitem", { name: "Make owner" }));
    const dialog = await screen.findByRole("dialog", { name: "Make owner" });
    await expectAccessible();
    await person.click(within(dialog).getByRole("button", { name: "Make owner" }));
    await waitFor(() => expect(server.state.chats.get("oc_design")?.owner).toBe("u_chen"));
  });
});
