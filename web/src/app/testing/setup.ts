import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// A loaded machine is slow, not wrong.
configure({ asyncUtilTimeout: 6000 });

// What jsdom leaves out and the application uses.
Object.defineProperty(window, "matchMedia", {
  writable: true,
  value: (query: string) => ({
    matches: false,
    media: query,
    addEventListener: () => {},
    removeEventListener: () => {},
  }),
});

class NoObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}
vi.stubGlobal("ResizeObserver", NoObserver);
vi.stubGlobal("IntersectionObserver", NoObserver);
Element.prototype.scrollTo = function scrollTo(this: Element, to?: ScrollToOptions | number) {
  this.scrollTop = typeof to === "object" ? (to.top ?? 0) : 0;
  // Browsers tell of a scroll later, never inside the call.
  setTimeout(() => this.dispatchEvent(new Event("scroll")));
} as Element["scrollTo"];
Element.prototype.scrollIntoView = () => {};

HTMLDialogElement.prototype.showModal = function showModal() {
  this.setAttribute("open", "");
};
HTMLDialogElement.prototype.close = function close() {
  this.removeAttribute("open");
};

// jsdom lays nothing out; virtual lists need a height to show rows in.
for (const [name, size] of [
  ["offsetHeight", 900],
  ["offsetWidth", 600],
] as const) {
  Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => size });
}

Object.defineProperty(HTMLElement.prototype, "clientHeight", { configurable: true, get: () => 900 });
Object.defineProperty(HTMLElement.prototype, "scrollHeight", {
  configurable: true,
  get(this: HTMLElement) {
    const heights = [...this.children].map(
      (child) => Number.parseFloat((child as HTMLElement).style.height) || 0,
    );
    return Math.max(
      900,
      heights.reduce((sum, height) => sum + height, 0),
    );
  },
});

afterEach(() => {
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
});
