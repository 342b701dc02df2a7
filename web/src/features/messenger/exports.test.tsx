import { screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { open } from "@/app/testing/application";
import { expectAccessible } from "@/app/testing/axe";
import { makeExport, readyExport } from "@/mock/exports";

const items = () => within(screen.getByRole("list", { name: "Archives" })).getAllByRole("listitem");

it("an archive is begun, shows how far it is, and can be downloaded", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    const { person } = await open({ at: "/settings/data" });
    expect(await screen.findByText("No archives yet")).toBeTruthy();
    await expectAccessible();
    await person.click(screen.getByRole("button", { name: "Make an archive" }));
    expect(await screen.findByText("Waiting")).toBeTruthy();
    const again = screen.getByRole("button", { name: "Make an archive" });
    expect(again.getAttribute("aria-disabled")).toBe("true");
    await vi.advanceTimersByTimeAsync(4100);
    const bar = await screen.findByRole("progressbar", { name: "Chats done" });
    expect(bar).toBeTruthy();
    await vi.advanceTimersByTimeAsync(10_000);
    const link = await screen.findByRole("link", { name: /^Download the archive of / });
    expect(link.getAttribute("href")).toBeTruthy();
    expect(screen.queryByRole("progressbar")).toBeNull();
    await expectAccessible();
  } finally {
    vi.useRealTimers();
  }
});

it("is given up after a question, and deleted after another one", async () => {
  const { person, server } = await open({
    at: "/settings/data",
    prepare: ({ state }) => {
      readyExport(state, 2);
      makeExport(state);
    },
  });
  await person.click(await screen.findByRole("button", { name: "Cancel" }));
  const asked = screen.getByRole("dialog", { name: "Cancel this archive?" });
  await person.click(within(asked).getByRole("button", { name: "Cancel the archive" }));
  await waitFor(() => expect(items()).toHaveLength(1));
  await person.click(screen.getByRole("button", { name: /^Delete the archive of / }));
  const again = screen.getByRole("dialog", { name: "Delete this archive?" });
  await person.click(within(again).getByRole("button", { name: "Delete" }));
  expect(await screen.findByText("No archives yet")).toBeTruthy();
  expect(server.state.exports).toEqual([]);
});

it("says why one failed, that one has gone, and why no more can be made", async () => {
  await open({
    at: "/settings/data",
    prepare: ({ state }) => {
      makeExport(state, { state: "failed", failure: "trouble" });
      makeExport(state, { state: "expired" });
      for (const days of [1, 2, 3]) readyExport(state, days);
    },
  });
  expect(await screen.findByText(/It could not be made/)).toBeTruthy();
  expect(screen.getByText(/kept for 7 days and is gone/)).toBeTruthy();
  expect(screen.getAllByText(/1,234 messages, 56 files, 1.3 GB. Kept until/)).toHaveLength(3);
  const button = screen.getByRole("button", { name: "Make an archive" });
  expect(button.getAttribute("aria-disabled")).toBe("true");
  await expectAccessible();
});

it("says in Chinese what the server refuses", async () => {
  const { person, server } = await open({ at: "/settings/data", language: "zh-CN" });
  await screen.findByText("还没有归档");
  server.failNext(
    "POST /me/exports",
    409,
    "messenger.export_too_large",
    "An export can have at most 50 GiB.",
  );
  await person.click(screen.getByRole("button", { name: "制作归档" }));
  expect((await screen.findByRole("alert")).textContent).toContain("一次导出最大为 50 GiB。");
});
