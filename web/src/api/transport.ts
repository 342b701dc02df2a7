/**
 * The one place where the application touches a network. Tests and the mock
 * build put the in-memory server here; nothing above notices.
 */

export interface Socket {
  readyState: number;
  onopen: ((event: unknown) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onerror: ((event: unknown) => void) | null;
  send(data: string): void;
  close(code?: number): void;
}

export interface Transport {
  fetch(request: Request): Promise<Response>;
  socket(path: string): Socket;
  /** Address of a picture; the mock has no addresses, so it answers with data. */
  picture(path: string): string;
}

const network: Transport = {
  fetch: (request) => fetch(request),
  socket: (path) => {
    const address = new URL(path, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    return new WebSocket(address) as Socket;
  },
  picture: (path) => path,
};

let current = network;

export function transport(): Transport {
  return current;
}

export function replaceTransport(other: Transport): void {
  current = other;
}
