import { useTranslation } from "react-i18next";
import type { Import } from "@/api";
import { useFormat } from "@/app/format";
import { usePerson } from "@/features/people/public";
import { Tag } from "@/ui";
import { sourceName } from "../imported";
import styles from "./keeping.module.css";

const COUNTED = ["chats", "opened", "messages", "replies", "reactions"] as const;

/** One import: how far it is, and what it has brought. */
export function ImportItem({ brought }: { brought: Import }) {
  const { t, i18n } = useTranslation("keeping");
  const format = useFormat();
  const by = usePerson(brought.started_by);
  const number = new Intl.NumberFormat(i18n.language);
  const { finished_at: finished } = brought;
  return (
    <li className={styles.item}>
      <div className={styles.middle}>
        <div className={styles.nameLine}>
          <h3 className={styles.name}>{brought.label}</h3>
          <Tag>{sourceName(brought.source)}</Tag>
          <Tag tone={finished ? "positive" : "caution"}>
            {finished ? t("import.finished") : t("import.underway")}
          </Tag>
        </div>
        <p className={styles.quiet}>
          {t("import.begun", { who: by?.name ?? "…", when: format.full(brought.started_at) })}
        </p>
        <p className={styles.quiet}>
          {finished
            ? t("import.finished_at", { when: format.full(finished) })
            : t("import.goes_on", {
                opened: number.format(brought.opened),
                chats: number.format(brought.chats),
              })}
        </p>
        <dl className={styles.numbers}>
          {COUNTED.map((what) => (
            <div key={what}>
              <dt>{t(`counted.${what}`)}</dt>
              <dd>{number.format(brought[what])}</dd>
            </div>
          ))}
        </dl>
      </div>
    </li>
  );
}
