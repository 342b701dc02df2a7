import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { accountQuery } from "@/features/people/public";
import { drafts } from "../../drafts";
import { fromWire, type Labels, mentionedIn } from "../../mentions";
import type { Place } from "../../place";
import { draftQuery } from "../../queries";

/** A text as it travels, made ready for the writing box: names stand where accounts do. */
export async function readable(
  client: QueryClient,
  wire: string,
): Promise<{ shown: string; labels: Labels }> {
  const names = new Map<string, string>();
  for (const account of mentionedIn(wire)) {
    const person = await client.ensureQueryData(accountQuery(account)).catch(() => null);
    names.set(account, person?.name ?? account);
  }
  return fromWire(wire, (account) => names.get(account) ?? account);
}

/** Brings the kept draft into the box, with names for its mentions; saves when the page is left. */
export function useDraft(place: Place, show: (wire: string, shown: string, labels: Labels) => void): void {
  const client = useQueryClient();
  const { data: kept, dataUpdatedAt } = useQuery(draftQuery(place));
  const latest = useRef(show);
  latest.current = show;
  const { key } = place;

  useEffect(() => {
    if (kept) drafts.learn(key, kept.text, dataUpdatedAt);
    const wire = drafts.of(key);
    if (wire === undefined) return;
    let gone = false;
    void readable(client, wire).then(({ shown, labels }) => {
      if (!gone) latest.current(wire, shown, labels);
    });
    return () => {
      gone = true;
    };
  }, [key, kept, dataUpdatedAt, client]);

  useEffect(() => {
    const save = () => void drafts.flush();
    window.addEventListener("pagehide", save);
    return () => {
      window.removeEventListener("pagehide", save);
      save();
    };
  }, []);
}
