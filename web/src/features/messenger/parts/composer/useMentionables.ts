import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { AccountLite, Chat } from "@/api";
import { useAccount } from "@/app/session";
import { accountsQuery } from "@/features/people/public";
import { membersQuery } from "../../queries";

const MOST = 8;

/** People of this chat whose name fits what was typed after the `@`; everybody, in a group where one may, comes first. */
export function useMentionables(chat: Chat, query: string | null): AccountLite[] {
  const { t } = useTranslation("messenger");
  const client = useQueryClient();
  const me = useAccount();
  const asked = query !== null;
  const members = useInfiniteQuery({ ...membersQuery(chat.id), enabled: asked });
  // Only the first members of a large chat are held here; the rest is searched by name.
  const searching = asked && query !== "" && members.hasNextPage;
  const found = useInfiniteQuery({ ...accountsQuery(client, query ?? ""), enabled: searching });
  if (!asked) return [];

  const low = query.toLocaleLowerCase();
  const fits = (name: string) =>
    name.toLocaleLowerCase().includes(low) || name.toLocaleLowerCase().replaceAll(" ", "").includes(low);
  const held = members.data?.pages.flatMap((page) => page.items.map((member) => member.account)) ?? [];
  const searched = searching ? (found.data?.pages.flatMap((page) => page.items) ?? []) : [];
  const byId = new Map<string, AccountLite>();
  const mayAll = chat.kind === "group" && (chat.mention_all === "everyone" || chat.role !== "member");
  if (mayAll && (low === "" || "all".startsWith(low) || t("mention.all").startsWith(low))) {
    byId.set("all", { id: "all", name: t("mention.all"), avatar: null });
  }
  for (const person of [...held.filter((one) => fits(one.name)), ...searched]) {
    if (person.id !== me.id) byId.set(person.id, person);
  }
  return [...byId.values()].slice(0, MOST);
}
