import { useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "@/api";
import { useFormat } from "@/app/format";
import { useAccount } from "@/app/session";
import { useShortcut } from "@/app/shortcuts";
import { useLive } from "@/live";
import { Button, EmptyState, IconAlertTriangle, IconArrowDown, Skeleton } from "@/ui";
import { loadNewest, readUpTo } from "../commands";
import { useOutbox } from "../outbox";
import { useHistory } from "../queries";
import { MessageLine } from "./lines";
import { RowView } from "./MessageRow";
import styles from "./message-list.module.css";
import { rowsOf } from "./rows";

const NEAR_ROWS = 8;
const READ_AFTER_MS = 350;
const SETTLING_FRAMES = 5;
/** So near to the end, somebody reads the newest message. */
const AT_END_PX = 80;

/** The history of one chat. Mount it anew (by `key`) for every chat. */
export function MessageList({ chat }: { chat: Chat }) {
  const { t } = useTranslation("messenger");
  const history = useHistory(chat.id);
  if (history.isPending) {
    return (
      <div className={styles.frame}>
        <Skeleton rows={7} look="message" label={t("history.loading")} />
      </div>
    );
  }
  if (history.isError && !history.data) {
    return (
      <EmptyState
        tone="danger"
        icon={<IconAlertTriangle size={24} />}
        title={t("history.error")}
        action={<Button onClick={() => history.refetch()}>{t("retry")}</Button>}
      />
    );
  }
  return <Loaded chat={chat} history={history} />;
}

function Loaded({ chat, history }: { chat: Chat; history: ReturnType<typeof useHistory> }) {
  const { t } = useTranslation("messenger");
  const client = useQueryClient();
  const format = useFormat();
  const me = useAccount();
  const pending = useOutbox(chat.id);
  const box = useRef<HTMLDivElement>(null);
  // Where the unread mark stands is settled on opening: it must not walk while one reads.
  const [readBefore] = useState(() => (chat.unread > 0 ? chat.read_number : null));
  const [placed, setPlaced] = useState(false);

  const { hasPreviousPage, hasNextPage, isFetchingPreviousPage, isFetchingNextPage } = history;
  const messages = useMemo(() => history.data?.pages.flatMap((page) => page.items) ?? [], [history.data]);
  const rows = useMemo(
    () =>
      rowsOf({
        messages,
        pending: hasNextPage ? [] : pending,
        me: me.id,
        readUpTo: readBefore,
        reachesStart: !hasPreviousPage,
        dayKey: format.dayKey,
      }),
    [messages, pending, hasNextPage, hasPreviousPage, me.id, readBefore, format],
  );

  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => (rows[index]?.kind === "message" ? 44 : 36),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 10,
    paddingEnd: 12,
    anchorTo: "end",
    followOnAppend: !hasNextPage,
    scrollEndThreshold: 40,
    initialRect: { width: 600, height: 800 },
  });
  const items = list.getVirtualItems();

  // Rows are measured as they appear, which moves the mark: it is placed again
  // for a few frames, and only then may history be fetched and count as read.
  const begun = useRef(false);
  useLayoutEffect(() => {
    if (begun.current || rows.length === 0) return;
    begun.current = true;
    const mark = rows.findIndex((row) => row.kind === "unread");
    let left = SETTLING_FRAMES;
    const settle = () => {
      if (mark >= 0) list.scrollToIndex(mark, { align: "start" });
      else list.scrollToEnd();
      left -= 1;
      if (left > 0) requestAnimationFrame(settle);
      else setPlaced(true);
    };
    settle();
  }, [rows, list]);

  useEndInSight(box, () => list.scrollToEnd());

  // One's own words are always brought into sight.
  const sent = pending.length;
  const sentBefore = useRef(sent);
  const toLatest = useCallback(async () => {
    if (hasNextPage) await loadNewest(client, chat.id);
    requestAnimationFrame(() => list.scrollToEnd());
  }, [hasNextPage, client, chat.id, list]);
  useEffect(() => {
    if (sent > sentBefore.current) void toLatest();
    sentBefore.current = sent;
  }, [sent, toLatest]);
  useShortcut("jump_latest", () => void toLatest());

  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const { fetchPreviousPage, fetchNextPage } = history;
  useEffect(() => {
    if (!placed) return;
    if (first < NEAR_ROWS && hasPreviousPage && !isFetchingPreviousPage) void fetchPreviousPage();
    if (last > rows.length - NEAR_ROWS && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [
    placed,
    first,
    last,
    rows.length,
    hasPreviousPage,
    hasNextPage,
    isFetchingPreviousPage,
    isFetchingNextPage,
    fetchPreviousPage,
    fetchNextPage,
  ]);

  const atEnd = !hasNextPage && list.isAtEnd(AT_END_PX);
  const seen = useMemo(() => {
    const bottom = list.range?.endIndex ?? 0;
    for (let index = Math.min(bottom, rows.length - 1); index >= 0; index -= 1) {
      const row = rows[index];
      if (row?.kind === "message" || row?.kind === "system") return row.message.number;
    }
    return 0;
  }, [rows, list.range?.endIndex]);
  useReading(chat, placed ? (atEnd ? Math.max(seen, messages.at(-1)?.number ?? 0) : seen) : 0);

  const below = chat.last_number - seen;
  return (
    <div className={styles.frame}>
      {isFetchingPreviousPage && <p className={styles.loading}>{t("history.loading_earlier")}</p>}
      <section
        ref={box}
        className={styles.scroll}
        aria-label={t("history.label", { name: chat.name })}
        // A scroller has to be reachable by keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: without it arrow keys could not scroll the history
        tabIndex={0}
      >
        <div className={styles.spacer} />
        <div className={styles.rows} style={{ height: list.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <div
                key={item.key}
                ref={list.measureElement}
                data-index={item.index}
                className={styles.row}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <RowView row={row} chatName={chat.name} />
              </div>
            );
          })}
        </div>
      </section>
      {placed && !atEnd && (
        <Button
          className={styles.pill}
          look={chat.unread > 0 && below > 0 ? "primary" : "outline"}
          icon={<IconArrowDown size={16} />}
          onClick={() => void toLatest()}
        >
          {chat.unread > 0 && below > 0 ? t("history.new", { count: chat.unread }) : t("history.latest")}
        </Button>
      )}
      <Announcer chat={chat} />
    </div>
  );
}

/** Who stood at the newest message stays there when the room changes: a keyboard comes up, a window is made smaller. */
function useEndInSight(box: RefObject<HTMLDivElement | null>, toEnd: () => void): void {
  const latest = useRef(toEnd);
  latest.current = toEnd;
  useEffect(() => {
    const scroller = box.current;
    if (!scroller) return;
    let isAtEnd = false;
    const look = () => {
      isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < AT_END_PX;
    };
    const resized = new ResizeObserver(() => {
      if (isAtEnd) latest.current();
    });
    scroller.addEventListener("scroll", look, { passive: true });
    resized.observe(scroller);
    return () => {
      scroller.removeEventListener("scroll", look);
      resized.disconnect();
    };
  }, [box]);
}

/** Tells the server what was on screen, once it stood there for a moment in a page that is looked at. */
function useReading(chat: Chat, number: number): void {
  const client = useQueryClient();
  const [looking, setLooking] = useState(() => document.visibilityState === "visible");
  useEffect(() => {
    const look = () => setLooking(document.visibilityState === "visible" && document.hasFocus());
    const seen = () => setLooking(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", seen);
    window.addEventListener("focus", look);
    window.addEventListener("blur", look);
    return () => {
      document.removeEventListener("visibilitychange", seen);
      window.removeEventListener("focus", look);
      window.removeEventListener("blur", look);
    };
  }, []);
  useEffect(() => {
    if (!looking || number <= chat.read_number) return;
    const timer = setTimeout(() => void readUpTo(client, chat.id, number), READ_AFTER_MS);
    return () => clearTimeout(timer);
  }, [looking, number, chat.read_number, chat.id, client]);
}

/** Reads new messages of others aloud when the reader pauses. */
function Announcer({ chat }: { chat: Chat }) {
  const { onMessage } = useLive();
  const me = useAccount();
  const [said, setSaid] = useState<Chat["last_message"]>(null);
  useEffect(
    () =>
      onMessage((message) => {
        if (message.chat === chat.id && message.author !== me.id) setSaid(message);
      }),
    [onMessage, chat.id, me.id],
  );
  return (
    <div className="only-read-aloud" aria-live="polite">
      {said && <MessageLine message={said} named />}
    </div>
  );
}
