/** A message as one line of plain words: for lists, toasts and what is announced. */

import { useTranslation } from "react-i18next";
import type { Message, StoredFile, SystemBody } from "@/api";
import { useFormat } from "@/app/format";
import { useAccount } from "@/app/session";
import { useNames } from "@/features/people/public";
import { plainLine } from "../markdown/plain";
import { mentionedIn } from "../mentions";
import { nameElsewhere } from "./imported";

function useWho(): (account: string, names: ReadonlyMap<string, string>) => string {
  const { t } = useTranslation("messenger");
  const me = useAccount();
  return (account, names) => (account === me.id ? t("you") : names.get(account) || t("unknown_person"));
}

export function useSystemLine(body: SystemBody, author: string): string {
  const { t } = useTranslation("messenger");
  const format = useFormat();
  const who = useWho();
  const shown = body.accounts.slice(0, 4);
  const names = useNames([author, ...shown]);
  const rest = body.accounts.length - shown.length;
  const people = format.list([
    ...shown.map((account) => who(account, names)),
    ...(rest > 0 ? [t("system.others", { count: rest })] : []),
  ]);
  const said = { who: who(author, names), people, name: body.name ?? "" };
  if (body.event === "role_changed") return t(`system.role_changed_${body.role ?? "member"}`, said);
  if (body.event === "visibility_changed") {
    return t(`system.visibility_changed_${body.visibility ?? "private"}`, said);
  }
  return t(`system.${body.event}`, said);
}

export function useTextLine(text: string): string {
  const { t } = useTranslation("messenger");
  const names = useNames(mentionedIn(text));
  return plainLine(text, (account) => (account === "all" ? t("mention.all") : (names.get(account) ?? "…")));
}

export function SystemLine({ body, author }: { body: SystemBody; author: string }) {
  return <>{useSystemLine(body, author)}</>;
}

/** What a message without words is called by. */
function useFilesLine(files: readonly StoredFile[]): string {
  const { t } = useTranslation("talk");
  const [first] = files;
  if (!first) return "";
  if (files.every((file) => file.media_type.startsWith("image/"))) {
    return t("line.images", { count: files.length });
  }
  return files.length === 1 ? t("line.file", { name: first.name }) : t("line.files", { count: files.length });
}

/** What a message says, in plain words, without who says it. */
export function useMessageWords(message: Message): string {
  const { t } = useTranslation("talk");
  const said = message.kind === "text" ? message.body : null;
  const files = useFilesLine(said?.files ?? []);
  const line = useTextLine(said?.text ?? "");
  if (message.kind === "forward") return t("line.forward", { count: message.body.items.length });
  if (message.kind === "card") return message.body.card.fallback;
  return line || files;
}

function Words({ message }: { message: Message }) {
  return useMessageWords(message);
}

/** With the author's name in front, in a group. */
export function MessageLine({ message, named }: { message: Message; named: boolean }) {
  const { t } = useTranslation("messenger");
  const { t: talk } = useTranslation("talk");
  const me = useAccount();
  const elsewhere = nameElsewhere(message);
  const names = useNames(named && message.kind !== "system" && !elsewhere ? [message.author] : []);
  const who = message.author === me.id ? t("you") : (elsewhere ?? names.get(message.author));
  if (message.kind === "system") return <SystemLine body={message.body} author={message.author} />;
  if (message.kind === "unknown") return <>{t("unknown_kind")}</>;
  if (message.kind === "recalled") {
    return <>{talk("recalled.by", { who: who ?? t("unknown_person") })}</>;
  }
  return (
    <>
      {named && who ? t("line", { who }) : null}
      <Words message={message} />
    </>
  );
}
