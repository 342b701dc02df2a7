import { useState } from "react";
import { useTranslation } from "react-i18next";
import { fileAddress, type StoredFile } from "@/api";
import { IconPhoto } from "@/ui";
import styles from "./files.module.css";

interface Props {
  chat: string;
  files: readonly StoredFile[];
  onOpen(at: number): void;
}

const WIDEST = 360;
const TALLEST = 300;
const SMALLEST = 80;

/** One picture keeps its shape; several stand in a grid. Their room is there before they are. */
export function ImageGrid({ chat, files, onOpen }: Props) {
  const { t } = useTranslation("talk");
  const alone = files.length === 1;
  return (
    <ul className={styles.grid} data-count={Math.min(files.length, 4)}>
      {files.map((file, index) => (
        <li key={file.id}>
          <Tile
            chat={chat}
            file={file}
            label={t("files.open", { name: file.name })}
            alone={alone}
            onOpen={() => onOpen(index)}
          />
        </li>
      ))}
    </ul>
  );
}

interface TileProps {
  chat: string;
  file: StoredFile;
  label: string;
  /** As large as it is, and not one of several of the same size. */
  alone: boolean;
  onOpen(): void;
}

/** A small picture that leads to the whole one. */
export function Tile({ chat, file, label, alone, onOpen }: TileProps) {
  const [broken, setBroken] = useState(false);
  return (
    <button
      type="button"
      className={styles.tile}
      style={alone ? sizeOf(file) : undefined}
      aria-label={label}
      onClick={onOpen}
    >
      {broken ? (
        <IconPhoto size={24} aria-hidden="true" />
      ) : (
        <img
          src={fileAddress(chat, file.id, "thumbnail")}
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => setBroken(true)}
        />
      )}
      {file.media_type === "image/gif" && (
        <span className={styles.moving} aria-hidden="true">
          GIF
        </span>
      )}
    </button>
  );
}

/** As large as there is room for, never larger than it is, and never too thin to be hit. */
function sizeOf({ width, height }: StoredFile): { width: number; aspectRatio: string } {
  const [w, h] = [width || 4, height || 3];
  const scale = Math.min(1, WIDEST / w, TALLEST / h);
  const shown = Math.max(SMALLEST, Math.round(w * scale));
  return { width: shown, aspectRatio: `${shown} / ${Math.max(SMALLEST, Math.round(h * scale))}` };
}
