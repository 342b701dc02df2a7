import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import "@/ui/base.css";
import { preferredLanguage, startI18n } from "./i18n";
import { makeQueryClient } from "./queryClient";
import { makeRouter } from "./router";
import { instanceQuery, meQuery } from "./session";
import { followTheme } from "./theme";

async function start(): Promise<void> {
  followTheme();
  if (__MOCK__) await (await import("@/mock/install")).installMock();
  const client = makeQueryClient();
  // Both questions go out while the catalogue still loads.
  void client.prefetchQuery(instanceQuery);
  const me = client.prefetchQuery(meQuery);
  await startI18n(preferredLanguage());
  await me;
  const place = document.getElementById("root");
  if (!place) return;
  createRoot(place).render(
    <QueryClientProvider client={client}>
      <RouterProvider router={makeRouter(client)} />
    </QueryClientProvider>,
  );
}

void start();
