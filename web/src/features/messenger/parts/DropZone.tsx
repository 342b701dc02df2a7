import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconPaperclip, toasts } from "@/ui";
import type { Place } from "../place";
import { LARGEST_BYTES, uploads } from "../uploads";
import styles from "./drop.module.css";

interface Props {
  place: Place;
  label: string;
  /** Whether nothing may be put here. */
  off: boolean;
  children: ReactNode;
}

/** Files that are let go over the pane go with the next message. */
export function DropZone({ place, label, off, children }: Props) {
  const { t } = useTranslation("messenger");
  const [over, setOver] = useState(false);
  /** Entering a child leaves its parent: only the sum tells whether the pane is left. */
  const depth = useRef(0);
  const carries = (event: DragEvent) => !off && event.dataTransfer.types.includes("Files");
  const leave = () => {
    depth.current = Math.max(0, depth.current - 1);
    if (depth.current === 0) setOver(false);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button in the box is the first
    <div
      className={styles.zone}
      onDragEnter={(event) => {
        if (!carries(event)) return;
        depth.current += 1;
        setOver(true);
      }}
      onDragOver={(event) => {
        if (carries(event)) event.preventDefault();
      }}
      onDragLeave={leave}
      onDrop={(event) => {
        if (!carries(event)) return;
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        const given = [...event.dataTransfer.files];
        const fits = given.filter((file) => file.size <= LARGEST_BYTES);
        const left = uploads.add(place, fits);
        if (fits.length < given.length) toasts.show({ text: t("composer.too_large"), tone: "danger" });
        if (left > 0) toasts.show({ text: t("composer.too_many"), tone: "danger" });
      }}
    >
      {children}
      {over && (
        <div className={styles.over}>
          <p>
            <IconPaperclip size={20} aria-hidden="true" /> {label}
          </p>
        </div>
      )}
    </div>
  );
}
