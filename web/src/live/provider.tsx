import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { type Message, PREFIX, transport } from "@/api";
import { applyEvents, applyNotice, applyReset } from "./apply";
import { cachedChats } from "./cache";
import { CursorBook } from "./cursors";
import { fleeting } from "./fleeting";
import { keys } from "./keys";
import { type ConnectionState, LiveStream } from "./stream";

interface Live {
  state: ConnectionState;
  retryNow(): void;
  /** Hears every new message once it is in the cache; for toasts and notifications. */
  onMessage(listener: (message: Message) => void): () => void;
}

const LiveContext = createContext<Live>({
  state: "idle",
  retryNow: () => {},
  onMessage: () => () => {},
});

interface Props {
  /** The session to follow; null while nobody is signed in. */
  session: string | null;
  onSessionEnded(): void;
  children: ReactNode;
}

export function LiveProvider({ session, onSessionEnded, children }: Props) {
  const client = useQueryClient();
  const [state, setState] = useState<ConnectionState>("idle");
  const listeners = useRef(new Set<(message: Message) => void>());
  const ended = useRef(onSessionEnded);
  ended.current = onSessionEnded;

  const { stream, cursors } = useMemo(() => {
    const cursors = new CursorBook();
    const stream = new LiveStream(() => transport().socket(`${PREFIX}/stream`), cursors, {
      events: (batch) => {
        applyEvents(client, batch);
        for (const { message, event } of batch) {
          if (message && event === "message.sent") fleeting.stopped(message.chat, message.author);
          if (message && event === "message.sent")
            for (const listener of listeners.current) listener(message);
        }
      },
      fleeting: (frame) => {
        if (frame.type === "typing") fleeting.heardTyping(frame.topic, frame.account);
        else fleeting.heardPresence(frame.account, frame.state === "online");
      },
      ready: () => fleeting.attach((frame) => stream.say(frame)),
      notice: (frame) => applyNotice(client, frame),
      reset: (topic) => applyReset(client, topic),
      caughtUp: (again) => {
        // Chats may have come or gone while nobody was listening.
        if (again) void client.invalidateQueries({ queryKey: keys.chats });
      },
      sessionEnded: () => ended.current(),
      state: setState,
    });
    return { stream, cursors };
  }, [client]);

  useEffect(() => {
    if (!session) return;
    const learn = () => {
      const news = cachedChats(client).filter((chat) => cursors.learn(chat.id, chat.last_change));
      stream.catchUp(Object.fromEntries(news.map((chat) => [chat.id, chat.last_change])));
    };
    const unsubscribe = client.getQueryCache().subscribe((event) => {
      if (event.query.queryKey[0] === keys.chats[0]) learn();
    });
    const back = () => stream.retryNow();
    const lost = () => stream.networkLost();
    window.addEventListener("online", back);
    window.addEventListener("offline", lost);
    learn();
    stream.start();
    return () => {
      unsubscribe();
      window.removeEventListener("online", back);
      window.removeEventListener("offline", lost);
      stream.stop();
      fleeting.clear();
      cursors.clear();
    };
  }, [session, client, stream, cursors]);

  const live = useMemo<Live>(
    () => ({
      state,
      retryNow: () => stream.retryNow(),
      onMessage: (listener) => {
        listeners.current.add(listener);
        return () => listeners.current.delete(listener);
      },
    }),
    [state, stream],
  );
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

export function useLive(): Live {
  return useContext(LiveContext);
}

export function useConnection(): ConnectionState {
  return useContext(LiveContext).state;
}
