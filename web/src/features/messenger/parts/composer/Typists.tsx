import { useTranslation } from "react-i18next";
import { useFormat } from "@/app/format";
import { useAccount } from "@/app/session";
import { useNames } from "@/features/people/public";
import { useTypists } from "@/live";
import styles from "./composer.module.css";

const NAMED = 3;

/** Who types just now. The line keeps its room, so that nothing moves when somebody begins. */
export function Typists({ chat }: { chat: string }) {
  const { t } = useTranslation("messenger");
  const format = useFormat();
  const me = useAccount();
  const typists = useTypists(chat).filter((one) => one !== me.id);
  const shown = typists.slice(0, NAMED);
  const names = useNames(shown);
  const people = [
    ...shown.map((one) => names.get(one) ?? "…"),
    ...(typists.length > NAMED ? [t("system.others", { count: typists.length - NAMED })] : []),
  ];
  return (
    <p className={styles.typists}>
      {typists.length > 0 && t("typing", { count: typists.length, people: format.list(people) })}
    </p>
  );
}
