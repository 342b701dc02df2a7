import { useTranslation } from "react-i18next";
import type { Message } from "@/api";
import { useAccount } from "@/app/session";
import { useNames } from "@/features/people/public";
import { Button } from "@/ui";
import { recalledText } from "../../recalled";
import { useTalk } from "../talkContext";
import styles from "./message.module.css";

/** What is left of a message that was taken back. */
export function Recalled({ message }: { message: Message }) {
  const { t } = useTranslation("talk");
  const me = useAccount();
  const { rewrite } = useTalk();
  const by = message.recalled?.by ?? message.author;
  const names = useNames([by]);
  const held = recalledText(message.id);
  return (
    <p className={styles.recalled}>
      {by === me.id ? t("recalled.own") : t("recalled.by", { who: names.get(by) ?? "…" })}
      {held && (
        <Button size="small" look="plain" onClick={() => rewrite(held)}>
          {t("recalled.again")}
        </Button>
      )}
    </p>
  );
}
