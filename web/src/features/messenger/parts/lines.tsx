/** A message as one line of plain words: for lists, toasts and what is announced. */

import { useTranslation } from "react-i18next";
import type { Message, SystemBody, TextBody } from "@/api";
import { useFormat } from "@/app/format";
import { useAccount } from "@/app/session";
import { useNames } from "@/features/people/public";
import { mentionedIn, partsOf } from "../mentions";

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
  return t(`system.${body.event}`, { who: who(author, names), people, name: body.name ?? "" });
}

export function useTextLine(text: string): string {
  const { t } = useTranslation("messenger");
  const names = useNames(mentionedIn(text));
  return partsOf(text)
    .map((part) => {
      if (part.kind === "text") return part.text;
      if (part.kind === "link") return part.address;
      return `@${part.account === "all" ? t("mention.all") : (names.get(part.account) ?? "…")}`;
    })
    .join("")
    .replace(/\s+/g, " ");
}

export function SystemLine({ body, author }: { body: SystemBody; author: string }) {
  return <>{useSystemLine(body, author)}</>;
}

function TextLine({ text }: { text: string }) {
  return <>{useTextLine(text)}</>;
}

/** With the author's name in front, in a group. */
export function MessageLine({ message, named }: { message: Message; named: boolean }) {
  const { t } = useTranslation("messenger");
  const me = useAccount();
  const names = useNames(named && message.kind === "text" ? [message.author] : []);
  if (message.kind === "system")
    return <SystemLine body={message.body as SystemBody} author={message.author} />;
  if (message.kind === "unknown") return <>{t("unknown_kind")}</>;
  const { text } = message.body as TextBody;
  const who = message.author === me.id ? t("you") : names.get(message.author);
  return (
    <>
      {named && who ? t("line", { who }) : null}
      <TextLine text={text} />
    </>
  );
}
