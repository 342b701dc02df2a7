/// <reference types="vite/client" />

/** True only in the build that carries the in-memory server. */
declare const __MOCK__: boolean;

// One file per icon: the package's front door would load six thousand of them in tests.
declare module "@tabler/icons-react/dist/esm/icons/*.mjs" {
  import type { Icon } from "@tabler/icons-react";

  const icon: Icon;
  export default icon;
}
