/** Light, dark, or as the system says. The choice belongs to the browser, not to the account. */

export type Theme = "system" | "light" | "dark";

const STORAGE = "bastide.theme";
const darkSystem = () => window.matchMedia("(prefers-color-scheme: dark)");

export function chosenTheme(): Theme {
  try {
    const kept = localStorage.getItem(STORAGE);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system";
  }
}

export function chooseTheme(theme: Theme): void {
  try {
    if (theme === "system") localStorage.removeItem(STORAGE);
    else localStorage.setItem(STORAGE, theme);
  } catch {
    // The choice then lasts until the page is left.
  }
  show(theme);
}

export function followTheme(): void {
  show(chosenTheme());
  darkSystem().addEventListener("change", () => show(chosenTheme()));
}

function show(theme: Theme): void {
  const dark = theme === "dark" || (theme === "system" && darkSystem().matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}
