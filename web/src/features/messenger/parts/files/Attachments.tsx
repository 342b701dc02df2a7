import type { StoredFile } from "@/api";
import { useTalk } from "../talkContext";
import { FileCard } from "./FileCard";
import styles from "./files.module.css";
import { ImageGrid } from "./ImageGrid";

/** Whether it is shown as a picture: there is a small one, and it is given out. */
export function isPicture(file: StoredFile): boolean {
  return file.has_thumbnail && file.media_type.startsWith("image/") && file.state === "ready";
}

/** The files of a message: pictures as pictures, the rest as cards. */
export function Attachments({ chat, files }: { chat: string; files: readonly StoredFile[] }) {
  const { show } = useTalk();
  const pictures = files.filter(isPicture);
  const others = files.filter((file) => !pictures.includes(file));
  return (
    <div className={styles.attachments}>
      {pictures.length > 0 && (
        <ImageGrid
          chat={chat}
          files={pictures}
          onOpen={(at) => show({ kind: "viewer", files: pictures, at })}
        />
      )}
      {others.map((file) => (
        <FileCard key={file.id} chat={chat} file={file} />
      ))}
    </div>
  );
}
