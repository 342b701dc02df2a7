import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { open } from "./testing/application";
import { expectAccessible } from "./testing/axe";

const SCREENS: [at: string, as: string | null, heading: string][] = [
  ["/sign-in", null, "登录"],
  ["/sign-up", null, "开始使用"],
  ["/recover", null, "重置密码"],
  ["/join#nothing", null, "此邀请无法使用"],
  ["/nowhere", "u_lin", "这个地址没有内容"],
  ["/chats", "u_lin", "消息"],
  ["/chats/oc_all", "u_lin", "全员 · Everybody"],
  ["/chats/oc_field", "u_lin", "野外季 Field season"],
  ["/chats/oc_field?details=true&tab=files", "u_lin", "详情"],
  ["/chats/oc_field?details=true&tab=pins", "u_lin", "详情"],
  ["/chats/oc_field?details=true&tab=settings", "u_lin", "群组规则"],
  ["/chats/oc_field?details=true&tab=settings", "u_ida", "群组规则"],
  ["/chats/threads", "u_lin", "话题"],
  ["/chats/browse", "u_lin", "公开群组"],
  ["/chats/join#demo-link", "u_lin", "摄影 Photography club"],
  ["/chats/oc_nothing", "u_lin", "消息"],
  ["/people/u_max", "u_lin", "联系人"],
  ["/settings/profile", "u_lin", "个人资料"],
  ["/settings/security", "u_lin", "安全"],
  ["/settings/sessions", "u_lin", "登录会话"],
  ["/settings/preferences", "u_lin", "偏好设置"],
  ["/settings/data", "u_lin", "你的数据"],
  ["/settings/members", "u_lin", "成员"],
  ["/settings/invitations", "u_lin", "邀请"],
  ["/settings/members", "u_ana", "成员"],
  ["/settings/messages", "u_lin", "消息保留时长"],
  ["/settings/holds", "u_lin", "法律保全"],
  ["/settings/storage", "u_lin", "已用空间"],
  ["/settings/imports", "u_lin", "导入 Slack 工作区"],
  ["/settings/holds", "u_ana", "法律保全"],
];

describe("every screen", () => {
  it.each(SCREENS)("%s for %s is accessible", async (at, as, heading) => {
    await open({ at, as, language: "zh-CN" });
    expect((await screen.findAllByRole("heading", { name: heading })).length).toBeGreaterThan(0);
    await expectAccessible();
  });
});

describe("the frame", () => {
  it("sends people who are not signed in to the door and back to where they wanted to be", async () => {
    const { person } = await open({ at: "/settings/sessions", as: null });
    await person.type(await screen.findByLabelText("Mail address"), "lin@north.example");
    await person.type(screen.getByLabelText("Password"), "correct horse battery{Enter}");
    expect(await screen.findByRole("heading", { name: "Where you are signed in" })).toBeTruthy();
  });

  it("finds a person from the palette", async () => {
    const { person, router } = await open({ at: "/settings" });
    await screen.findByRole("navigation", { name: "Products" });
    await person.keyboard("{Control>}k{/Control}");
    await person.type(await screen.findByRole("combobox"), "Okafor");
    await screen.findByRole("option", { name: /Samuel Okafor/ });
    await expectAccessible();
    await person.keyboard("{Enter}");
    await waitFor(() => expect(router.state.location.pathname).toMatch(/^\/chats\/oc_/));
  });

  it("shows the shortcuts on ?", async () => {
    const { person } = await open({ at: "/people" });
    await screen.findByRole("navigation", { name: "Products" });
    await person.keyboard("?");
    const help = await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
    const onMessage = within(help).getByRole("region", { name: "On a message that has the focus" });
    expect(within(onMessage).getByText("React").closest("li")?.textContent).toBe("React+");
    await expectAccessible();
  });

  it("says that the connection is lost", async () => {
    const { server } = await open({ at: "/chats" });
    await screen.findByRole("navigation", { name: "Products" });
    await new Promise((resolve) => setTimeout(resolve, 60));
    server.goOffline();
    expect(await screen.findByText(/The connection was lost/, {}, { timeout: 4000 })).toBeTruthy();
  });

  it("keeps an administrator's change undoable", async () => {
    const { person, server } = await open({ at: "/settings/members" });
    await person.click(await screen.findByRole("button", { name: "Actions for Samuel Okafor" }));
    await person.click(await screen.findByRole("menuitem", { name: "Suspend" }));
    await waitFor(() => expect(server.state.accounts.get("u_sam")?.state).toBe("suspended"));
    await person.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(server.state.accounts.get("u_sam")?.state).toBe("active"));
  });

  it("makes an invitation and shows its link", async () => {
    const { person } = await open({ at: "/settings/invitations" });
    await person.click(await screen.findByRole("button", { name: "Invite" }));
    await person.click(await screen.findByRole("button", { name: "Create invitation" }));
    const link = (await screen.findByLabelText("Invitation link")) as HTMLInputElement;
    expect(link.value).toContain("/join#");
  });
});
