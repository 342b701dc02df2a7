import { useInfiniteQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Chat, type ChatFile, fileAddress } from "@/api";
import { useFormat } from "@/app/format";
import { useExplain } from "@/app/refusals";
import { Button, EmptyState, IconAlertTriangle, IconFile, Segmented, Skeleton } from "@/ui";
import { filesQuery } from "../../queries";
import { FileCard } from "../files/FileCard";
import styles from "./lists.module.css";

const Viewer = lazy(async () => ({ default: (await import("../dialogs/Viewer")).Viewer }));

interface Props {
  chat: Chat;
  onNumber(number: number): void;
}

/** Everything that was ever put into the chat. */
export function Files({ chat, onNumber }: Props) {
  const { t } = useTranslation("groups");
  const explain = useExplain();
  const [kind, setKind] = useState<"image" | "file">("image");
  const [at, setAt] = useState<number | null>(null);
  const files = useInfiniteQuery(filesQuery(chat.id, kind));
  const found = files.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={styles.files}>
      <Segmented<"image" | "file">
        label={t("files.kind")}
        value={kind}
        onPick={setKind}
        wide
        options={[
          { value: "image", label: t("files.images") },
          { value: "file", label: t("files.others") },
        ]}
      />
      {files.isPending ? (
        <Skeleton rows={4} label={t("files.loading")} />
      ) : files.isError ? (
        <EmptyState
          tone="danger"
          icon={<IconAlertTriangle size={24} />}
          title={explain(files.error).text}
          action={<Button onClick={() => files.refetch()}>{t("retry")}</Button>}
        />
      ) : found.length === 0 ? (
        <EmptyState
          icon={<IconFile size={24} />}
          title={kind === "image" ? t("files.no_images") : t("files.none")}
          text={t("files.none_text")}
        />
      ) : kind === "image" ? (
        <Pictures chat={chat} files={found} onOpen={setAt} />
      ) : (
        <ul className={styles.list}>
          {found.map((one) => (
            <li key={one.file.id}>
              <FileCard
                chat={chat.id}
                file={one.file}
                aside={<Origin file={one} onShow={() => onNumber(one.number)} />}
              />
            </li>
          ))}
        </ul>
      )}
      {files.hasNextPage && (
        <Button size="small" busy={files.isFetchingNextPage} onClick={() => files.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
      <Suspense fallback={null}>
        {at !== null && (
          <Viewer chat={chat.id} files={found.map(({ file }) => file)} at={at} onClose={() => setAt(null)} />
        )}
      </Suspense>
    </div>
  );
}

function Pictures({ chat, files, onOpen }: { chat: Chat; files: ChatFile[]; onOpen(at: number): void }) {
  const { t } = useTranslation("talk");
  return (
    <ul className={styles.pictures}>
      {files.map(({ file }, index) => (
        <li key={file.id}>
          <button
            type="button"
            className={styles.picture}
            aria-label={t("files.open", { name: file.name })}
            onClick={() => onOpen(index)}
          >
            <img src={fileAddress(chat.id, file.id, "thumbnail")} alt="" loading="lazy" decoding="async" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Origin({ file, onShow }: { file: ChatFile; onShow(): void }) {
  const { t } = useTranslation("groups");
  const format = useFormat();
  return (
    <>
      {" · "}
      {file.author.name} · {format.brief(file.created_at)}
      {" · "}
      <button type="button" className={styles.link} onClick={onShow}>
        {t("files.show")}
      </button>
    </>
  );
}
