import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { open } from "@/app/testing/application";
import { expectAccessible } from "@/app/testing/axe";
import { fillKeeping } from "@/mock/keeping";
import type { MockServer } from "@/mock/server";
import { type Bounds, keptDays, shortened } from "./keeping";

const bounds = (least: number | null, usual: number | null, greatest: number | null): Bounds => ({
  retention_min_days: least,
  retention_days: usual,
  retention_max_days: greatest,
});
const filled = ({ state }: MockServer) => fillKeeping(state);
const kept = (server: MockServer) => {
  const { retention_min_days, retention_days, retention_max_days } = server.state.keeping.policy;
  return [retention_min_days, retention_days, retention_max_days];
};

describe("how long a chat keeps what is said", () => {
  it.each([
    [bounds(null, null, null), null, null],
    [bounds(null, null, null), 7, 7],
    [bounds(null, 90, null), null, 90],
    [bounds(null, null, 365), null, 365],
    [bounds(30, 90, 365), 7, 30],
    [bounds(30, 90, 365), 9999, 365],
    [bounds(30, null, null), null, null],
  ])("follows from bounds and wish: %o, %s, %s", (set, own, days) => {
    expect(keptDays(set, own)).toBe(days);
  });

  it("knows which chats keep less than before", () => {
    const free = bounds(null, null, null);
    expect(shortened(free, free)).toEqual([]);
    expect(shortened(free, bounds(30, 365, null))).toEqual(["usual"]);
    expect(shortened(free, bounds(null, null, 365))).toEqual(["usual", "greatest"]);
    expect(shortened(bounds(30, 90, 365), bounds(7, 90, 365))).toEqual(["least"]);
    expect(shortened(bounds(30, 90, 365), bounds(60, 180, null))).toEqual([]);
  });
});

describe("what the organisation allows", () => {
  it("changes a window at once, leaves the rest as it is, and takes it back", async () => {
    const { person, server } = await open({
      at: "/settings/messages",
      prepare: ({ state }) => Object.assign(state.keeping.policy, { retention_days: 90 }),
    });
    await person.selectOptions(await screen.findByLabelText("Editing"), "15 minutes");
    await waitFor(() => expect(server.state.keeping.policy.edit_window_s).toBe(900));
    expect(server.state.keeping.policy).toMatchObject({ recall_window_s: 86_400, retention_days: 90 });
    await person.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(server.state.keeping.policy.edit_window_s).toBe(86_400));
  });

  it("keeps longer without a question", async () => {
    const { person, server } = await open({
      at: "/settings/messages",
      prepare: ({ state }) => Object.assign(state.keeping.policy, { retention_days: 90 }),
    });
    const save = await screen.findByRole("button", { name: "Save" });
    await person.click(save);
    expect(await screen.findByText("Nothing has been changed.")).toBeTruthy();
    await person.selectOptions(screen.getByLabelText("Messages are kept"), "2 years");
    expect(screen.getByText(/Chats keep messages for 2 years/)).toBeTruthy();
    await person.click(save);
    await waitFor(() => expect(kept(server)).toEqual([null, 730, null]));
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("asks for the organisation's name before it deletes", async () => {
    const { person, server } = await open({ at: "/settings/messages" });
    await person.selectOptions(await screen.findByLabelText("Messages are kept"), "1 year");
    await person.click(screen.getByRole("button", { name: "Save" }));
    const dialog = await screen.findByRole("dialog", { name: "Delete older messages?" });
    expect(within(dialog).getByText(/all messages older than 1 year are deleted/)).toBeTruthy();
    await expectAccessible();
    const name = within(dialog).getByLabelText(/Type the name of the organisation/);
    await person.type(name, "Northwind{Enter}");
    expect(await within(dialog).findByText("This is not the name of the organisation.")).toBeTruthy();
    expect(kept(server)).toEqual([null, null, null]);
    await person.type(name, " Research 北风研究院{Enter}");
    await waitFor(() => expect(kept(server)).toEqual([null, 365, null]));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("takes any number of days, in order", async () => {
    const { person, server } = await open({ at: "/settings/messages" });
    await person.selectOptions(
      await screen.findByLabelText("A chat keeps at least"),
      "Another number of days",
    );
    const days = screen.getByLabelText("A chat keeps at least: days");
    await person.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText(/Enter a whole number of days/)).toBeTruthy();
    await person.type(days, "400");
    await person.selectOptions(screen.getByLabelText("Messages are kept"), "1 year");
    await person.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText(/The least cannot be above what is usual/)).toBeTruthy();
    expect(kept(server)).toEqual([null, null, null]);
    await person.click(screen.getByRole("button", { name: "Discard changes" }));
    expect(screen.queryByRole("button", { name: "Discard changes" })).toBeNull();
    expect(screen.queryByLabelText("A chat keeps at least: days")).toBeNull();
  });

  it("says what the server refuses, and keeps what was chosen", async () => {
    const { person, server } = await open({ at: "/settings/messages" });
    await person.selectOptions(await screen.findByLabelText("A chat keeps at least"), "30 days");
    server.failNext("PUT /messenger/policy", 403, "access.not_permitted", "No");
    await person.click(screen.getByRole("button", { name: "Save" }));
    expect((await screen.findByRole("alert")).textContent).toContain("not allowed");
    expect((screen.getByLabelText("A chat keeps at least") as HTMLSelectElement).value).toBe("30");
  });
});

describe("legal holds", () => {
  it("are placed on a chat, by the keyboard", async () => {
    const { person, server } = await open({ at: "/settings/holds" });
    await person.click(await screen.findByRole("button", { name: "Place a hold" }));
    const dialog = await screen.findByRole("dialog", { name: "Place a hold" });
    await person.click(within(dialog).getByRole("button", { name: "Place the hold" }));
    expect(await within(dialog).findByText("Choose a chat.")).toBeTruthy();
    await person.type(within(dialog).getByRole("combobox"), "Design");
    await person.keyboard("{Enter}");
    expect(within(dialog).getByRole("option", { selected: true }).textContent).toContain("Design");
    await expectAccessible();
    await person.type(within(dialog).getByLabelText("Reason"), "File 7{Enter}");
    await waitFor(() => expect(server.state.keeping.holds).toHaveLength(1));
    expect(server.state.keeping.holds[0]).toMatchObject({ chat: "oc_design", reason: "File 7" });
    expect(await screen.findByRole("heading", { name: "Design 设计评审" })).toBeTruthy();
  });

  it("are placed on a chat that one is not in, by its address, and say when there is none", async () => {
    const { person, server } = await open({ at: "/settings/holds" });
    await person.click(await screen.findByRole("button", { name: "Place a hold" }));
    const dialog = await screen.findByRole("dialog");
    await person.click(within(dialog).getByRole("combobox"));
    await person.paste("https://office.example/chats/oc_absent?details=true");
    await person.type(within(dialog).getByLabelText("Reason"), "File 8{Enter}");
    expect(await within(dialog).findByText(/chat/i, { selector: "[id$=-note] span" })).toBeTruthy();
    expect(server.state.keeping.holds).toHaveLength(0);
    expect((within(dialog).getByLabelText("Reason") as HTMLInputElement).value).toBe("File 8");
  });

  it("hold the whole organisation, and are released after a question", async () => {
    const { person, server } = await open({ at: "/settings/holds", prepare: filled });
    expect(await screen.findByRole("heading", { name: "A chat that you are not in" })).toBeTruthy();
    await expectAccessible();
    await person.click(screen.getByRole("button", { name: "Release the hold on 预算与采购" }));
    const dialog = await screen.findByRole("dialog", { name: "Release this hold?" });
    expect(server.state.keeping.holds).toHaveLength(3);
    await person.click(within(dialog).getByRole("button", { name: "Release" }));
    await waitFor(() => expect(server.state.keeping.holds.map((hold) => hold.id)).toEqual(["lh_2", "lh_3"]));
    await person.click(await screen.findByRole("button", { name: "Place a hold" }));
    const placing = await screen.findByRole("dialog", { name: "Place a hold" });
    await person.click(within(placing).getByRole("radio", { name: "The whole organisation" }));
    await person.type(within(placing).getByLabelText("Reason"), "Audit{Enter}");
    await waitFor(() =>
      expect(server.state.keeping.holds.at(-1)).toMatchObject({ chat: null, reason: "Audit" }),
    );
  });
});

describe("storage", () => {
  it("says how much is used, and takes a limit within what is given", async () => {
    const { person, server } = await open({ at: "/settings/storage" });
    const meter = await screen.findByRole("meter", { name: "Files in use" });
    expect(meter.getAttribute("aria-valuetext")).toBe("37 GB of 100 GB");
    await person.click(screen.getByRole("radio", { name: "A limit of our own" }));
    const amount = screen.getByLabelText("Gigabytes");
    await person.type(amount, "120{Enter}");
    expect(await screen.findByText("The operator gives 100 GB.")).toBeTruthy();
    await person.clear(amount);
    await person.type(amount, "20,5");
    expect(await screen.findByText(/They stay, and nobody can send files/)).toBeTruthy();
    await person.keyboard("{Enter}");
    await waitFor(() => expect(server.state.keeping.quota.allowed_bytes).toBe(20_500_000_000));
    expect(await screen.findByText(/No room is left/)).toBeTruthy();
    await expectAccessible();
    await person.click(screen.getByRole("radio", { name: /All that is given/ }));
    await person.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(server.state.keeping.quota.allowed_bytes).toBe(100_000_000_000));
  });

  it("has no meter where nothing is limited", async () => {
    await open({
      at: "/settings/storage",
      prepare: ({ state }) =>
        Object.assign(state.keeping.quota, { allowed_bytes: null, given_bytes: null, used_bytes: 0 }),
    });
    expect(await screen.findByRole("radio", { name: "No limit" })).toBeTruthy();
    expect(screen.queryByRole("meter")).toBeNull();
  });
});

describe("imports", () => {
  it("tell what came, and how more is brought", async () => {
    await open({ at: "/settings/imports", prepare: filled });
    expect(await screen.findByRole("heading", { name: "northwind.slack.com" })).toBeTruthy();
    expect(screen.getByText("Under way")).toBeTruthy();
    expect(screen.getByText(/17 of 48 chats are open/)).toBeTruthy();
    expect(screen.getAllByText("184,302")).toHaveLength(2);
    expect(screen.getAllByText(/bastide import slack export.zip/)).toHaveLength(2);
    await expectAccessible();
  });
});

describe("who may see it", () => {
  it.each(["messages", "holds", "storage", "imports"])(
    "%s are shown to administrators only",
    async (page) => {
      await open({ at: `/settings/${page}`, as: "u_ana" });
      expect(await screen.findByText("For administrators")).toBeTruthy();
      expect(screen.queryByRole("link", { name: /Legal holds/ })).toBeNull();
    },
  );

  it("says it when the server refuses", async () => {
    await open({
      at: "/settings/holds",
      prepare: (server) => server.failNext("GET /holds", 403, "access.not_permitted", "No"),
    });
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("This could not be loaded");
  });
});

describe("a chat's own time", () => {
  const at = "/chats/oc_design?details=true&tab=settings";
  const prepare = ({ state }: MockServer) =>
    Object.assign(state.keeping.policy, {
      retention_min_days: 30,
      retention_days: 365,
      retention_max_days: 730,
    });

  it("is chosen within the bounds, with a question before anything is deleted", async () => {
    const { person, server } = await open({ at, prepare });
    const field = await screen.findByLabelText("How long messages are kept");
    await waitFor(() => expect(within(field).getByText("As the organisation: 1 year")).toBeTruthy());
    const offered = within(field)
      .getAllByRole("option")
      .map((option) => option.textContent);
    expect(offered).toContain("30 days");
    expect(offered).not.toContain("7 days");
    await person.selectOptions(field, "2 years");
    await person.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(server.state.chats.get("oc_design")?.ownDays).toBe(730));
    expect(await screen.findByText("What is older than 2 years is deleted for everybody.")).toBeTruthy();
    await person.selectOptions(field, "90 days");
    await person.click(screen.getByRole("button", { name: "Save" }));
    const dialog = await screen.findByRole("dialog", { name: "Delete older messages?" });
    await expectAccessible();
    await person.click(within(dialog).getByRole("button", { name: "Shorten and delete" }));
    await waitFor(() => expect(server.state.chats.get("oc_design")?.ownDays).toBe(90));
  });

  it("is only read by those who do not lead", async () => {
    await open({ at, as: "u_chen", prepare });
    const field = await screen.findByLabelText("How long messages are kept");
    expect((field as HTMLSelectElement).disabled).toBe(true);
  });
});
