import { QueryClient } from "@tanstack/react-query";
import { isApiError, isSealed } from "@/api";

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The stream says when something changed; looking at a window is no reason to ask.
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (count, error) => count < 2 && isApiError(error) && error.passing && !isSealed(error),
      },
    },
  });
}
