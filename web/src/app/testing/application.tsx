import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { replaceTransport } from "@/api";
import { type Language, setLanguage, startI18n } from "@/app/i18n";
import { makeQueryClient } from "@/app/queryClient";
import { makeRouter } from "@/app/router";
import { instanceQuery, meQuery } from "@/app/session";
import { seed } from "@/mock/seed";
import { MockServer } from "@/mock/server";

interface Wanted {
  at: string;
  /** Who is signed in; null at the door. */
  as?: string | null;
  language?: Language;
  prepare?(server: MockServer): unknown;
}

/** The whole application over the in-memory server, as a person opens it at an address. */
export async function open({ at, as = "u_lin", language = "en", prepare }: Wanted) {
  const server = new MockServer();
  seed(server.state);
  server.state.me = as;
  prepare?.(server);
  replaceTransport(server);
  window.history.replaceState({}, "", at);
  localStorage.setItem("bastide.language", language);
  await startI18n(language);
  await setLanguage(language);
  const client = makeQueryClient();
  client.setDefaultOptions({ queries: { ...client.getDefaultOptions().queries, retry: false } });
  await Promise.all([client.prefetchQuery(instanceQuery), client.prefetchQuery(meQuery)]);
  const router = makeRouter(client, createMemoryHistory({ initialEntries: [at] }));
  const page = render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return { server, client, router, page, person: userEvent.setup() };
}
