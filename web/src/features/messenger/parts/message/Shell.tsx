import type { KeyboardEvent, MouseEvent, ReactNode, RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/app/format";
import { Avatar } from "@/ui";
import type { Pending } from "../../outbox";
import styles from "./message.module.css";

interface Props {
  head: boolean;
  /** The author. */
  id: string;
  name: string;
  picture: string | null;
  at: string;
  called?: boolean;
  /** Somebody was led here. */
  lit?: boolean;
  state?: Pending["state"];
  near?: boolean;
  onNear?(near: boolean): void;
  rowRef?: RefObject<HTMLElement | null>;
  rowKey?: string;
  tabIndex?: 0 | -1;
  onKeyDown?(event: KeyboardEvent): void;
  onContextMenu?(event: MouseEvent): void;
  marks?: ReactNode;
  /** The mark of selecting, before everything else. */
  pick?: ReactNode;
  picked?: boolean;
  children: ReactNode;
}

/** What every message looks like around its words: who, when, and the room beside. */
export function Shell(props: Props) {
  const { head, id, name, picture, at, called, lit, state, near, onNear, marks, children } = props;
  const { t } = useTranslation("messenger");
  const format = useFormat();
  const time = (
    <time className={styles.time} dateTime={at} title={format.full(at)}>
      {format.clock(at)}
    </time>
  );
  return (
    <article
      ref={props.rowRef}
      className={styles.message}
      data-row={props.rowKey}
      data-head={head ? "" : undefined}
      data-called={called ? "" : undefined}
      data-lit={lit ? "" : undefined}
      data-near={near ? "" : undefined}
      data-state={state}
      data-picked={props.picked ? "" : undefined}
      aria-label={t("message_by", { name, time: format.clock(at) })}
      // One message of the list can be reached by Tab, the others from it by the arrows.
      tabIndex={props.tabIndex}
      onKeyDown={props.onKeyDown}
      onContextMenu={props.onContextMenu}
      onPointerEnter={() => onNear?.(true)}
      onPointerLeave={(event) => event.pointerType !== "touch" && onNear?.(false)}
      onFocus={() => onNear?.(true)}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && onNear?.(false)}
    >
      {props.pick}
      <div className={styles.margin}>
        {head ? (
          <Avatar id={id} name={name} picture={picture} />
        ) : (
          <span className={styles.hoverTime}>{time}</span>
        )}
      </div>
      <div className={styles.content}>
        {head && (
          <header className={styles.byline}>
            <span className={styles.author}>{name}</span>
            {time}
            {marks}
          </header>
        )}
        {!head && marks}
        {children}
      </div>
    </article>
  );
}
