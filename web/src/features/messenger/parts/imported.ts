/** Messages that were brought from another messenger. */

import type { Message } from "@/api";

/** What another messenger is called; of one that comes later, its own word. */
export const sourceName = (source: string): string => (source === "slack" ? "Slack" : source);

/** Who said something, if they have no account here: the name that they had elsewhere. */
export const nameElsewhere = (message: Message): string | null => message.imported?.author_name ?? null;
