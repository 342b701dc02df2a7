import { useTranslation } from "react-i18next";
import type { Message } from "@/api";
import { useAccount } from "@/app/session";
import { useNames } from "@/features/people/public";
import { IconArrowBackUp, IconButton, IconPencil, IconX } from "@/ui";
import { MessageLine } from "../lines";
import styles from "./composer.module.css";

export function ReplyBanner({ message, onEnd }: { message: Message; onEnd(): void }) {
  const { t } = useTranslation("talk");
  const { t: messenger } = useTranslation("messenger");
  const me = useAccount();
  const names = useNames([message.author]);
  const who = message.author === me.id ? messenger("you") : (names.get(message.author) ?? "…");
  return (
    <div className={styles.banner}>
      <IconArrowBackUp size={16} aria-hidden="true" />
      <span className={styles.bannerText}>
        <strong>{t("reply.to", { who })}</strong> <MessageLine message={message} named={false} />
      </span>
      <IconButton size="small" label={t("reply.end")} keys="Esc" onClick={onEnd}>
        <IconX size={16} />
      </IconButton>
    </div>
  );
}

export function EditBanner({ onEnd }: { onEnd(): void }) {
  const { t } = useTranslation("talk");
  return (
    <div className={styles.banner}>
      <IconPencil size={16} aria-hidden="true" />
      <span className={styles.bannerText}>
        <strong>{t("editing.label")}</strong> {t("editing.hint")}
      </span>
      <IconButton size="small" label={t("editing.end")} keys="Esc" onClick={onEnd}>
        <IconX size={16} />
      </IconButton>
    </div>
  );
}
