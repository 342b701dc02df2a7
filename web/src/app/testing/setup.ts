import { cleanup } from "@testing-library/react";
import { afterEach, vi } from "vitest";

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
Element.prototype.scrollTo = () => {};
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

afterEach(() => {
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
});
