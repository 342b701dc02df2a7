/** Toasts wait here; the region of the frame shows them. */

export interface Toast {
  id: number;
  text: string;
  detail?: string | undefined;
  tone: "plain" | "danger";
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
  show(toast: { text: string; detail?: string; tone?: Toast["tone"]; action?: Toast["action"] }): void {
    const id = nextId++;
    set([...shown, { ...toast, id, tone: toast.tone ?? "plain" }].slice(-AT_MOST));
    setTimeout(() => toasts.dismiss(id), SHOWN_MS);
  },
  dismiss(id: number): void {
    if (shown.some((toast) => toast.id === id)) set(shown.filter((toast) => toast.id !== id));
  },
  clear: () => set([]),
};
