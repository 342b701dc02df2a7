import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/**
 * The mode `mock` puts the in-memory server in the page instead of a network:
 * for working on the interface without a server, for stories and for looking.
 */
export default defineConfig(({ mode }) => ({
  plugins: [react()],
  resolve: {
    alias: { "@": new URL("./src", import.meta.url).pathname },
  },
  define: { __MOCK__: JSON.stringify(mode === "mock") },
  build: {
    outDir: mode === "mock" ? "dist-mock" : "dist",
    target: "es2022",
    sourcemap: false,
    // A strict content policy allows no data: scripts or styles, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: mode === "mock" ? ["index.html", "stories.html"] : ["index.html"],
    },
  },
  server: {
    proxy: {
      "/api": {
        target: "https://localhost:8443",
        secure: false,
        ws: true,
        // The server compares Origin with its own address.
        changeOrigin: true,
        headers: { origin: "https://localhost:8443" },
      },
    },
  },
  preview: { host: "127.0.0.1" },
  test: {
    environment: "jsdom",
    setupFiles: ["src/app/testing/setup.ts"],
    css: { modules: { classNameStrategy: "non-scoped" } },
    testTimeout: 60_000,
    maxWorkers: 2,
  },
}));
