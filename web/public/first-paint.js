// Runs before the first paint, so that theme and language never flash.
// It is a file of its own because the content policy allows no inline scripts.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem("bastide.theme");
    const language = localStorage.getItem("bastide.language");
    if (language) document.documentElement.lang = language;
  } catch {
    // A browser that keeps nothing follows the system.
  }
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
