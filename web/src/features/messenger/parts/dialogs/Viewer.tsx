import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState, type WheelEvent } from "react";
import { useTranslation } from "react-i18next";
import { fileAddress, type StoredFile } from "@/api";
import { useFormat } from "@/app/format";
import {
  IconButton,
  IconChevronLeft,
  IconChevronRight,
  IconDownload,
  IconX,
  IconZoomIn,
  IconZoomOut,
  Tooltip,
} from "@/ui";
import styles from "./viewer.module.css";

interface Props {
  chat: string;
  files: readonly StoredFile[];
  at: number;
  onClose(): void;
}

const CLOSEST = 8;
const STEP = 1.4;
const PAN_PX = 60;

interface View {
  scale: number;
  x: number;
  y: number;
}
const WHOLE: View = { scale: 1, x: 0, y: 0 };

/** Pictures, as large as the window. The browser's own dialog keeps the focus in and gives it back. */
export function Viewer({ chat, files, at, onClose }: Props) {
  const { t } = useTranslation("talk");
  const format = useFormat();
  const ref = useRef<HTMLDialogElement>(null);
  const [index, setIndex] = useState(at);
  const [view, setView] = useState<View>(WHOLE);
  const file = files[index];

  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    dialog?.focus();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  const go = (step: number) => {
    const next = index + step;
    if (!files[next]) return;
    setIndex(next);
    setView(WHOLE);
  };
  const zoom = (by: number) =>
    setView((now) => {
      const scale = Math.min(CLOSEST, Math.max(1, now.scale * by));
      return scale === 1 ? WHOLE : { scale, x: (now.x * scale) / now.scale, y: (now.y * scale) / now.scale };
    });
  const pan = (x: number, y: number) =>
    setView((now) => (now.scale === 1 ? now : { ...now, x: now.x + x, y: now.y + y }));
  const drag = useDrag(pan);

  const press = (event: KeyboardEvent) => {
    const near = view.scale > 1;
    const run = new Map([
      ["ArrowRight", () => (near ? pan(-PAN_PX, 0) : go(1))],
      ["ArrowLeft", () => (near ? pan(PAN_PX, 0) : go(-1))],
      ["ArrowUp", () => pan(0, PAN_PX)],
      ["ArrowDown", () => pan(0, -PAN_PX)],
      ["PageDown", () => go(1)],
      ["PageUp", () => go(-1)],
      ["+", () => zoom(STEP)],
      ["=", () => zoom(STEP)],
      ["-", () => zoom(1 / STEP)],
      ["0", () => setView(WHOLE)],
    ]).get(event.key);
    if (!run) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  };

  if (!file) return null;
  return (
    <dialog
      ref={ref}
      tabIndex={-1}
      className={styles.viewer}
      aria-label={t("viewer.label", { name: file.name })}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={press}
    >
      <header className={styles.head}>
        <div className={styles.about}>
          <h2 className={styles.name}>{file.name}</h2>
          <p className={styles.note}>
            {files.length > 1 && `${t("viewer.of", { at: index + 1, all: files.length })} · `}
            {file.width && file.height ? `${file.width} × ${file.height} · ` : ""}
            {format.bytes(file.size_bytes)}
          </p>
        </div>
        <IconButton label={t("viewer.out")} keys="-" onClick={() => zoom(1 / STEP)}>
          <IconZoomOut size={20} />
        </IconButton>
        <IconButton label={t("viewer.in")} keys="+" onClick={() => zoom(STEP)}>
          <IconZoomIn size={20} />
        </IconButton>
        <Tooltip text={t("files.download")}>
          <a
            className={styles.download}
            href={fileAddress(chat, file.id, "content")}
            download={file.name}
            aria-label={t("files.download_name", { name: file.name })}
          >
            <IconDownload size={20} aria-hidden="true" />
          </a>
        </Tooltip>
        <IconButton label={t("close")} keys="Esc" onClick={onClose}>
          <IconX size={20} />
        </IconButton>
      </header>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dragging and the wheel are second ways; the keys are the first */}
      <div
        className={styles.stage}
        data-near={view.scale > 1 ? "" : undefined}
        onWheel={(event: WheelEvent) => zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15)}
        onDoubleClick={() => (view.scale > 1 ? setView(WHOLE) : zoom(2.5))}
        {...drag}
      >
        <img
          key={file.id}
          src={fileAddress(chat, file.id, "inline")}
          alt={file.name}
          draggable={false}
          width={file.width ?? undefined}
          height={file.height ?? undefined}
          style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})` }}
        />
      </div>
      {files.length > 1 && (
        <>
          <span className={styles.previous}>
            <IconButton
              label={t("viewer.previous")}
              disabledReason={index === 0 ? t("viewer.first") : undefined}
              onClick={() => go(-1)}
            >
              <IconChevronLeft size={24} />
            </IconButton>
          </span>
          <span className={styles.next}>
            <IconButton
              label={t("viewer.next")}
              disabledReason={index === files.length - 1 ? t("viewer.last") : undefined}
              onClick={() => go(1)}
            >
              <IconChevronRight size={24} />
            </IconButton>
          </span>
        </>
      )}
    </dialog>
  );
}

function useDrag(pan: (x: number, y: number) => void) {
  const last = useRef<{ x: number; y: number } | null>(null);
  return {
    onPointerDown: (event: PointerEvent) => {
      last.current = { x: event.clientX, y: event.clientY };
      event.currentTarget.setPointerCapture?.(event.pointerId);
    },
    onPointerMove: (event: PointerEvent) => {
      if (!last.current) return;
      pan(event.clientX - last.current.x, event.clientY - last.current.y);
      last.current = { x: event.clientX, y: event.clientY };
    },
    onPointerUp: () => {
      last.current = null;
    },
  };
}
