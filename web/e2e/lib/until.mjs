const LOOK_AGAIN_MS = 25;
export const PATIENCE_MS = 10_000;

/** Waits for a state; what never comes is an error that says what was waited for. Answers how long it took. */
export async function until(what, isSo, patienceMs = PATIENCE_MS) {
  const begun = performance.now();
  for (;;) {
    if (await isSo()) return performance.now() - begun;
    if (performance.now() - begun > patienceMs) {
      throw new Error(`after ${patienceMs} ms it is still not so that ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

export function ensure(isSo, what) {
  if (!isSo) throw new Error(`it should be so that ${what}`);
}
