/** Toasts wait here; the region of the frame shows them. */

export interface Toast {
  id: number;
  text: string;
  detail?: string | undefined;
  tone: "plain" | "danger";
  /** What it is about: the next toast about the same takes its place. */
  about?: string | undefined;
  action?: { label: string; run(): void } | undefined;
}

type Listener = () => void;

const SHOWN_MS = 6000;
const AT_MOST = 3;

let nextId = 1;
let shown: readonly Toast[] = [];
const listeners = new Set<Listener>();

function set(next: readonly Toast[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

export const toasts = {
  list: (): readonly Toast[] => shown,
  listen(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  show(toast: Pick<Toast, "text" | "detail" | "action" | "about"> & { tone?: Toast["tone"] }): void {
    const id = nextId++;
    const others = shown.filter((other) => toast.about === undefined || other.about !== toast.about);
    set([...others, { ...toast, id, tone: toast.tone ?? "plain" }].slice(-AT_MOST));
    setTimeout(() => toasts.dismiss(id), SHOWN_MS);
  },
  dismiss(id: number): void {
    if (shown.some((toast) => toast.id === id)) set(shown.filter((toast) => toast.id !== id));
  },
  /** Whoever looks at the thing itself needs no news of it. */
  dismissAbout(about: string): void {
    if (shown.some((toast) => toast.about === about)) set(shown.filter((toast) => toast.about !== about));
  },
  clear: () => set([]),
};
