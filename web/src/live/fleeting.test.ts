import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Fleeting } from "./fleeting";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("forgets who types once they are not heard of", () => {
  const fleeting = new Fleeting();
  fleeting.heardTyping("oc_1", "u_1");
  vi.advanceTimersByTime(4000);
  fleeting.heardTyping("oc_1", "u_1");
  vi.advanceTimersByTime(4000);
  expect(fleeting.typistsIn("oc_1")).toEqual(["u_1"]);
  vi.advanceTimersByTime(4000);
  expect(fleeting.typistsIn("oc_1")).toEqual([]);
});

it("tells that one types now and then, and at once after sending", () => {
  const send = vi.fn();
  const fleeting = new Fleeting();
  fleeting.attach(send);
  send.mockClear();
  for (let press = 0; press < 10; press += 1) fleeting.type("oc_1");
  expect(send).toHaveBeenCalledTimes(1);
  fleeting.sent("oc_1");
  fleeting.type("oc_1");
  expect(send).toHaveBeenCalledTimes(2);
});

it("watches whom somebody looks at, in one word, and anew on a new socket", () => {
  const send = vi.fn();
  const fleeting = new Fleeting();
  fleeting.attach(send);
  send.mockClear();
  const stop = fleeting.watch("u_1");
  fleeting.watch("u_2");
  fleeting.watch("u_2")();
  vi.advanceTimersByTime(1000);
  expect(send.mock.calls).toEqual([[{ type: "watch", accounts: ["u_1", "u_2"] }]]);
  stop();
  fleeting.attach(send);
  expect(send).toHaveBeenLastCalledWith({ type: "watch", accounts: ["u_2"] });
});
