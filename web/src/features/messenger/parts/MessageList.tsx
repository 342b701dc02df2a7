import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "@/api";
import { useFormat } from "@/app/format";
import { useAccount } from "@/app/session";
import { useShortcut } from "@/app/shortcuts";
import { useLive } from "@/live";
import { Button, EmptyState, IconAlertTriangle, IconArrowDown, IconArrowUp, Skeleton } from "@/ui";
import { useOutbox } from "../outbox";
import { MessageLine } from "./lines";
import styles from "./message-list.module.css";
import { RowView } from "./RowView";
import { type ConversationRow, rowsOf } from "./rows";
import type { Source } from "./sources";
import { useReading } from "./useReading";

const NEAR_ROWS = 8;
const SETTLING_FRAMES = 5;
/** So near to the end, somebody reads the newest message. */
const AT_END_PX = 80;
const LIT_MS = 2600;
const SAID_MS = 3000;

/** A message that somebody is led to. */
export interface Target {
  number: number;
  /** Tells one leading from the next. */
  turn: number;
}

interface Props {
  source: Source;
  target: Target | null;
}

/** Messages of a chat or a thread. Mount it anew (by `key`) for every one. */
export function MessageList({ source, target }: Props) {
  const { t } = useTranslation("messenger");
  const { query, pages } = source;
  if (query.isError && !pages) {
    return (
      <EmptyState
        tone="danger"
        icon={<IconAlertTriangle size={24} />}
        title={t("history.error")}
        action={<Button onClick={() => query.refetch()}>{t("retry")}</Button>}
      />
    );
  }
  if (query.isPending || !pages) {
    return (
      <div className={styles.frame}>
        <Skeleton rows={7} look="message" label={t("history.loading")} />
      </div>
    );
  }
  return <Loaded source={source} target={target} />;
}

function Loaded({ source, target }: Props) {
  const { t } = useTranslation("messenger");
  const format = useFormat();
  const me = useAccount();
  const { chat, pages, root, unread, lastNumber } = source;
  const pending = useOutbox(source.place);
  const box = useRef<HTMLDivElement>(null);
  // Where the unread mark stands is settled on opening: it must not walk while one reads.
  const [mark] = useState(() => (unread > 0 ? { after: source.readNumber, count: unread } : null));
  const [markSeen, setMarkSeen] = useState(false);
  const [placed, setPlaced] = useState(false);
  const [current, setCurrent] = useState<string | null>(null);
  const [lit, setLit] = useState<number | null>(null);

  const { hasPreviousPage, hasNextPage, isFetchingPreviousPage, isFetchingNextPage } = source.query;
  const messages = useMemo(() => pages?.flatMap((page) => page.items) ?? [], [pages]);
  const rows = useMemo(
    () =>
      rowsOf({
        messages,
        pending: hasNextPage ? [] : pending,
        me: me.id,
        readUpTo: mark?.after ?? null,
        reachesStart: !hasPreviousPage,
        root: hasPreviousPage ? undefined : root,
        dayKey: format.dayKey,
      }),
    [messages, pending, hasNextPage, hasPreviousPage, me.id, mark, root, format],
  );
  const latestOwn = useMemo(
    () => messages.findLast((message) => message.author === me.id && message.kind !== "system")?.id,
    [messages, me.id],
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

  // Rows are measured as they appear, which moves the others: a place is taken again
  // for a few frames, and only then may history be fetched and count as read.
  const settle = useCallback(
    (index: number, align: "start" | "center") => {
      let left = SETTLING_FRAMES;
      const again = () => {
        if (index >= 0) list.scrollToIndex(index, { align });
        else list.scrollToEnd();
        left -= 1;
        if (left > 0) requestAnimationFrame(again);
        else setPlaced(true);
      };
      again();
    },
    [list],
  );
  const begun = useRef(false);
  useLayoutEffect(() => {
    if (begun.current || rows.length === 0) return;
    begun.current = true;
    settle(
      rows.findIndex((row) => row.kind === "unread"),
      "start",
    );
  }, [rows, settle]);

  useEndInSight(box, () => list.scrollToEnd());

  // One's own words are always brought into sight.
  const sent = pending.length;
  const sentBefore = useRef(sent);
  const { toNewest, toNumber } = source;
  const toLatest = useCallback(async () => {
    if (hasNextPage) await toNewest();
    requestAnimationFrame(() => list.scrollToEnd());
  }, [hasNextPage, toNewest, list]);
  useEffect(() => {
    if (sent > sentBefore.current) void toLatest();
    sentBefore.current = sent;
  }, [sent, toLatest]);
  useShortcut("jump_latest", () => void toLatest());

  const find = (number: number) =>
    rows.findIndex((row) => "message" in row && row.kind !== "root" && row.message.number === number);
  const led = useLeading({ target, rows, find, toNumber, settle, onLit: setLit });
  const toMark = () => {
    setMarkSeen(true);
    const index = rows.findIndex((row) => row.kind === "unread");
    if (index >= 0) settle(index, "start");
    else if (mark) led(mark.after + 1);
  };

  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const { fetchPreviousPage, fetchNextPage } = source.query;
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
  const range = list.range;
  const seen = useMemo(() => numberAt(rows, range?.endIndex ?? 0), [rows, range?.endIndex]);
  const number = placed ? (atEnd ? Math.max(seen, messages.at(-1)?.number ?? 0) : seen) : 0;
  useReading(source.read, number, source.readNumber);

  const markIndex = rows.findIndex((row) => row.kind === "unread");
  const markAbove = markIndex < 0 || markIndex < (range?.startIndex ?? 0);
  const markInSight = placed && markIndex >= 0 && !markAbove && markIndex <= (range?.endIndex ?? 0);
  useEffect(() => {
    if (markInSight) setMarkSeen(true);
  }, [markInSight]);

  // The message that Tab reaches is one that stands in sight.
  const reachable = current ?? rows.findLast((row) => row.kind === "message" || row.kind === "root")?.key;
  const goTo = (key: string, index: number) => {
    setCurrent(key);
    list.scrollToIndex(index, { align: "auto" });
    requestAnimationFrame(() => {
      const shown = box.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [];
      [...shown].find((one) => one.dataset.row === key)?.focus({ preventScroll: true });
    });
  };
  const press = (event: KeyboardEvent) => {
    const row = event.target instanceof HTMLElement ? event.target.dataset.row : undefined;
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const found = nextRow(rows, row, event.key);
    if (!found) return;
    event.preventDefault();
    goTo(found.key, found.index);
  };

  const below = lastNumber - seen;
  return (
    <div className={styles.frame}>
      {isFetchingPreviousPage && <p className={styles.loading}>{t("history.loading_earlier")}</p>}
      {placed && mark && !markSeen && markAbove && (
        <Button
          className={styles.topPill}
          look="primary"
          size="small"
          icon={<IconArrowUp size={16} />}
          onClick={toMark}
        >
          {t("history.to_unread", { count: mark.count })}
        </Button>
      )}
      <section
        ref={box}
        className={styles.scroll}
        aria-label={source.label}
        onKeyDown={press}
        onFocus={(event) => {
          const row = event.target.closest<HTMLElement>("[data-row]")?.dataset.row;
          if (row) setCurrent(row);
        }}
      >
        {source.place.thread === null && <div className={styles.spacer} />}
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
                <RowView
                  row={row}
                  chatName={chat.name}
                  current={row.key === reachable}
                  lit={row.kind === "message" && row.message.number === lit}
                  latestOwn={"message" in row && row.message.id === latestOwn}
                />
              </div>
            );
          })}
        </div>
      </section>
      {placed && !atEnd && (
        <Button
          className={styles.pill}
          look={unread > 0 && below > 0 ? "primary" : "outline"}
          icon={<IconArrowDown size={16} />}
          onClick={() => void toLatest()}
        >
          {unread > 0 && below > 0 ? t("history.new", { count: unread }) : t("history.latest")}
        </Button>
      )}
      <Announcer chat={chat} thread={source.place.thread} />
    </div>
  );
}

function numberAt(rows: readonly ConversationRow[], end: number): number {
  for (let index = Math.min(end, rows.length - 1); index >= 0; index -= 1) {
    const row = rows[index];
    if (row?.kind === "message" || row?.kind === "system") return row.message.number;
  }
  return 0;
}

/** Where the arrows lead from one message; null when a key means nothing here, or nothing is there. */
function nextRow(
  rows: readonly ConversationRow[],
  from: string,
  key: string,
): { key: string; index: number } | null {
  const at = rows.findIndex((row) => row.key === from);
  const step = key === "ArrowUp" || key === "End" ? -1 : 1;
  const starts: Record<string, number> = {
    ArrowUp: at - 1,
    ArrowDown: at + 1,
    Home: 0,
    End: rows.length - 1,
  };
  const start = starts[key];
  if (start === undefined) return null;
  for (let index = start; index >= 0 && index < rows.length; index += step) {
    const row = rows[index];
    if (row?.kind === "message" || row?.kind === "root") return { key: row.key, index };
  }
  return null;
}

interface Leading {
  target: Target | null;
  rows: readonly ConversationRow[];
  find(number: number): number;
  toNumber(number: number): Promise<void>;
  settle(index: number, align: "start" | "center"): void;
  onLit(number: number | null): void;
}

/** Leads to a message: in sight when it is loaded, else after the part of the history around it is. */
function useLeading({ target, rows, find, toNumber, settle, onLit }: Leading): (number: number) => void {
  const [wanted, setWanted] = useState<number | null>(null);
  const index = wanted === null ? -1 : find(wanted);
  const latest = useRef({ find, toNumber, settle, onLit });
  latest.current = { find, toNumber, settle, onLit };

  const lead = useCallback((number: number) => {
    setWanted(number);
    if (latest.current.find(number) < 0) void latest.current.toNumber(number);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows are what the index is counted in
  useEffect(() => {
    if (wanted === null || index < 0) return;
    setWanted(null);
    latest.current.settle(index, "center");
  }, [wanted, index, rows]);

  const turn = target?.turn;
  const number = target?.number;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each turn leads once, even to the same message
  useEffect(() => {
    if (number === undefined) return;
    // After the list has taken its first place.
    const begin = setTimeout(() => lead(number), 120);
    latest.current.onLit(number);
    const end = setTimeout(() => latest.current.onLit(null), LIT_MS);
    return () => {
      clearTimeout(begin);
      clearTimeout(end);
    };
  }, [turn, number, lead]);
  return lead;
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

/** Reads new messages of others aloud when the reader pauses. */
function Announcer({ chat, thread }: { chat: Chat; thread: string | null }) {
  const { onMessage } = useLive();
  const me = useAccount();
  const [said, setSaid] = useState<Chat["last_message"]>(null);
  useEffect(
    () =>
      onMessage((message) => {
        const here = message.chat === chat.id && message.thread === thread;
        if (here && message.author !== me.id) setSaid(message);
      }),
    [onMessage, chat.id, thread, me.id],
  );
  // What was read aloud must not stay behind when its message is taken back.
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <div className="only-read-aloud" aria-live="polite">
      {said && <MessageLine message={said} named />}
    </div>
  );
}
