import { useTranslation } from "react-i18next";
import { useFormat } from "@/app/format";
import { useExplain } from "@/app/refusals";
import { IconButton, IconRefresh, IconX } from "@/ui";
import { type Sending, uploads } from "../../uploads";
import { FileIcon, FileName } from "../files/FileCard";
import styles from "./tray.module.css";

/** The files that go with the message: how far they are, and what can be done about each. */
export function Tray({ files }: { files: readonly Sending[] }) {
  const { t } = useTranslation("talk");
  return (
    <ul className={styles.tray} aria-label={t("upload.label")}>
      {files.map((one) => (
        <li key={one.key} className={styles.item} data-state={one.state}>
          <Entry one={one} />
        </li>
      ))}
    </ul>
  );
}

function Entry({ one }: { one: Sending }) {
  const { t } = useTranslation("talk");
  const format = useFormat();
  const explain = useExplain();
  const { file, state, preview } = one;
  const share = file.size > 0 ? Math.floor((100 * one.sentBytes) / file.size) : 100;
  const said = {
    queued: t("upload.queued"),
    sending: t("upload.sending", { done: format.bytes(one.sentBytes), all: format.bytes(file.size) }),
    waiting: t("upload.waiting"),
    failed: explain(one.error).text,
    ready: format.bytes(file.size),
  };
  return (
    <>
      <span className={styles.picture}>
        {preview ? <img src={preview} alt="" /> : <FileIcon type={file.type} />}
      </span>
      <span className={styles.about}>
        <FileName name={file.name} />
        <span className={styles.note} role={state === "failed" ? "alert" : undefined}>
          {said[state]}
        </span>
        {(state === "sending" || state === "waiting" || state === "queued") && (
          <progress
            className={styles.progress}
            max={100}
            value={share}
            aria-label={t("upload.progress", { name: file.name })}
          />
        )}
      </span>
      {(state === "failed" || state === "waiting") && (
        <IconButton
          size="small"
          label={t("upload.retry", { name: file.name })}
          onClick={() => uploads.retry(one)}
        >
          <IconRefresh size={16} />
        </IconButton>
      )}
      <IconButton
        size="small"
        label={t("upload.remove", { name: file.name })}
        onClick={() => uploads.cancel(one)}
      >
        <IconX size={16} />
      </IconButton>
    </>
  );
}
