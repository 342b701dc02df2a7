import { screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { open } from "@/app/testing/application";
import { expectAccessible } from "@/app/testing/axe";
import type { MockServer } from "@/mock/server";

/** What a browser with a push manager has. */
function withPushManager(permission: "granted" | "denied"): { unsubscribe: ReturnType<typeof vi.fn> } {
  const unsubscribe = vi.fn(async () => true);
  let subscription: object | null = null;
  const pushManager = {
    getSubscription: async () => subscription,
    subscribe: async (options: PushSubscriptionOptionsInit) => {
      subscription = {
        options,
        unsubscribe,
        toJSON: () => ({ endpoint: "https://push.example/1", keys: { p256dh: "B-1", auth: "a-1" } }),
      };
      return subscription;
    },
  };
  const registration = { pushManager };
  vi.stubGlobal("PushManager", class {});
  vi.stubGlobal("Notification", { permission, requestPermission: async () => permission });
  Object.defineProperty(navigator, "serviceWorker", {
    configurable: true,
    value: {
      register: async () => registration,
      getRegistration: async () => registration,
      ready: Promise.resolve(registration),
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    },
  });
  return { unsubscribe };
}

afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, "serviceWorker");
  localStorage.clear();
});

const at = "/settings/preferences";
const wish = () => screen.findByRole("switch", { name: "Notify me when Bastide is closed" });
const prepare = ({ state }: MockServer) => {
  state.pushKey = "BAAA";
};

describe("notifications while the suite is closed", () => {
  it("says why there are none", async () => {
    const { person, server } = await open({ at });
    expect((await wish()).getAttribute("aria-disabled")).toBe("true");
    expect(screen.getByText(/needs a certificate that the browser trusts/)).toBeTruthy();
    await person.click(await wish());
    expect(server.state.pushDetail).toBeNull();
  });

  it("says that the operator has not allowed it", async () => {
    withPushManager("granted");
    await open({ at });
    expect(await screen.findByText(/Your server sends none/)).toBeTruthy();
  });

  it("shows no more than somebody wants, and ends", async () => {
    const { unsubscribe } = withPushManager("granted");
    const { person, server } = await open({ at, prepare });
    await waitFor(async () => expect((await wish()).getAttribute("aria-disabled")).toBeNull());
    await person.click(await wish());
    await waitFor(() => expect(server.state.pushDetail).toBe("nothing"));
    const detail = await screen.findByLabelText("What a notification shows");
    await person.selectOptions(detail, "names");
    await waitFor(() => expect(server.state.pushDetail).toBe("names"));
    await expectAccessible();
    await person.click(await wish());
    await waitFor(() => expect(server.state.pushDetail).toBeNull());
    expect(unsubscribe).toHaveBeenCalled();
  });

  it("says that the browser does not allow it", async () => {
    withPushManager("denied");
    const { person, server } = await open({ at, prepare });
    await waitFor(async () => expect((await wish()).getAttribute("aria-disabled")).toBeNull());
    await person.click(await wish());
    expect(await screen.findByText(/does not allow notifications/)).toBeTruthy();
    expect(server.state.pushDetail).toBeNull();
  });
});
