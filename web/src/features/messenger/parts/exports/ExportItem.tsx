import { useTranslation } from "react-i18next";
import { type Export, exportAddress } from "@/api";
import { type Format, useFormat } from "@/app/format";
import { Button, IconAlertTriangle, IconDownload, IconFileZip, IconHourglass, IconTrash, Tag } from "@/ui";
import { isUnderway } from "../../exports";
import styles from "./exports.module.css";

const TONES = {
  queued: "quiet",
  running: "accent",
  ready: "positive",
  failed: "danger",
  expired: "quiet",
} as const;

/** An archive, or how far it is. */
export function ExportItem({ one, onDelete }: { one: Export; onDelete(): void }) {
  const { t } = useTranslation("exports");
  const format = useFormat();
  const at = format.full(one.created_at);
  const Icon = one.state === "failed" ? IconAlertTriangle : isUnderway(one) ? IconHourglass : IconFileZip;
  return (
    <li className={styles.item} data-state={one.state}>
      <Icon size={20} className={styles.icon} aria-hidden="true" />
      <div className={styles.about}>
        <p className={styles.head}>
          <span className={styles.title}>{t("of", { at })}</span>
          <span role="status">
            <Tag tone={TONES[one.state]}>{t(`state.${one.state}`)}</Tag>
          </span>
        </p>
        <p className={styles.detail}>{useDetail(one, format)}</p>
        {isUnderway(one) && <Progress one={one} />}
      </div>
      <div className={styles.actions}>
        {one.state === "ready" && (
          <a
            className={styles.download}
            href={exportAddress(one.id)}
            download
            aria-label={t("download_of", { at })}
          >
            <IconDownload size={16} aria-hidden="true" />
            {t("download")}
          </a>
        )}
        {isUnderway(one) ? (
          <Button size="small" onClick={onDelete}>
            {t("cancel")}
          </Button>
        ) : (
          <Button
            size="small"
            look="danger"
            icon={<IconTrash size={16} aria-hidden="true" />}
            aria-label={t("delete.of", { at })}
            onClick={onDelete}
          >
            {t("delete.action")}
          </Button>
        )}
      </div>
    </li>
  );
}

/** Chats count, since nobody knows before how long each of them is. */
function Progress({ one }: { one: Export }) {
  const { t } = useTranslation("exports");
  return (
    <progress
      className={styles.progress}
      max={Math.max(1, one.chats)}
      value={one.state === "queued" ? undefined : Math.min(one.chats_done, one.chats)}
      aria-label={t("progress")}
    />
  );
}

function useDetail(one: Export, format: Format): string {
  const { t } = useTranslation("exports");
  const content = t("content", {
    messages: t("messages", { count: one.messages }),
    files: t("files", { count: one.files }),
    size: format.bytes(one.size_bytes),
  });
  switch (one.state) {
    case "queued":
      return t("about.queued");
    case "running":
      return t("about.running", {
        done: Math.min(one.chats_done, one.chats),
        count: one.chats,
        content,
      });
    case "ready":
      return t("about.ready", { content, until: format.date(one.expires_at ?? one.created_at) });
    case "failed":
      return t(`failure.${one.failure ?? "trouble"}`);
    case "expired":
      return t("about.expired");
  }
}
