import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { fileAddress, type StoredFile } from "@/api";
import { useFormat } from "@/app/format";
import {
  IconDownload,
  IconFile,
  IconFileSpreadsheet,
  IconFileText,
  IconFileTypePdf,
  IconFileZip,
  IconHourglass,
  IconMovie,
  IconMusic,
  IconPhoto,
  IconShieldX,
  Tooltip,
} from "@/ui";
import styles from "./files.module.css";

/** What kind of file it is, as a picture. */
export function FileIcon({ type }: { type: string }) {
  const Icon = type.startsWith("image/")
    ? IconPhoto
    : type.startsWith("video/")
      ? IconMovie
      : type.startsWith("audio/")
        ? IconMusic
        : type === "application/pdf"
          ? IconFileTypePdf
          : /zip|tar|compressed|gzip/.test(type)
            ? IconFileZip
            : /sheet|excel|csv/.test(type)
              ? IconFileSpreadsheet
              : /^text\/|word|document/.test(type)
                ? IconFileText
                : IconFile;
  return <Icon size={22} aria-hidden="true" />;
}

interface Props {
  chat: string;
  file: StoredFile;
  aside?: ReactNode;
}

export function FileCard({ chat, file, aside }: Props) {
  const { t } = useTranslation("talk");
  const format = useFormat();
  const note =
    file.state === "scanning"
      ? t("files.scanning")
      : file.state === "blocked"
        ? t("files.blocked")
        : format.bytes(file.size_bytes);
  return (
    <div className={styles.card} data-state={file.state}>
      <span className={styles.icon}>
        {file.state === "blocked" ? (
          <IconShieldX size={22} aria-hidden="true" />
        ) : file.state === "scanning" ? (
          <IconHourglass size={22} aria-hidden="true" />
        ) : (
          <FileIcon type={file.media_type} />
        )}
      </span>
      <span className={styles.about}>
        <FileName name={file.name} />
        <span className={styles.note}>
          {note}
          {aside}
        </span>
      </span>
      {file.state === "ready" && (
        <Tooltip text={t("files.download")}>
          <a
            className={styles.download}
            href={fileAddress(chat, file.id, "content")}
            download={file.name}
            aria-label={t("files.download_name", { name: file.name })}
          >
            <IconDownload size={18} aria-hidden="true" />
          </a>
        </Tooltip>
      )}
    </div>
  );
}

const TAIL = 12;

/** A long name is shortened in its middle: how it ends says what it is. */
export function FileName({ name }: { name: string }) {
  const letters = [...name];
  const tail = letters.length > 28 ? letters.slice(-TAIL).join("") : "";
  return (
    <span className={styles.name} title={name}>
      <span className={styles.stem}>{tail ? letters.slice(0, -TAIL).join("") : name}</span>
      {tail && <span className={styles.tail}>{tail}</span>}
    </span>
  );
}
