/** The keys above what the organisation keeps. */

import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api";
import { keys } from "@/live";

export const keysQuery = queryOptions({
  queryKey: keys.keysAbove,
  queryFn: () => api.get("/keys"),
  staleTime: 60_000,
});
