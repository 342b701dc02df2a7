/** The seal and the keys above an organisation's own: shares that open the server, and how old the organisation's key is. */

import type { Keys, Quorum, Seal } from "@/api";
import { type Routes, refuse, textOf } from "./answers";
import { administratorsOnly } from "./people";
import type { MockState } from "./state";

export interface MockSeal {
  /** Nothing while the root key lies in a file. */
  quorum: Omit<Quorum, "entered"> | null;
  /** The shares that are right. */
  shares: string[];
  entered: string[];
}

export function newSeal(): MockSeal {
  return {
    quorum: { shares: 3, threshold: 2 },
    shares: ["bastide1-one", "bastide1-two", "bastide1-three"],
    entered: [],
  };
}

const DAY_MS = 86_400_000;

function read({ instance, seal }: MockState): Seal {
  return {
    state: instance.sealed ? "sealed" : "unsealed",
    seal: seal.quorum ? "quorum" : "development",
    quorum: seal.quorum && { ...seal.quorum, entered: seal.entered.length },
  };
}

function enter({ instance, seal }: MockState, share: string): void {
  if (!seal.quorum) refuse(409, "kms.quorum_none", "The root key of this store lies in a file.");
  if (!instance.sealed) refuse(409, "kms.unsealed", "The store is open.");
  if (!share.startsWith("bastide1-")) refuse(422, "kms.share_unreadable", "This is no share.");
  if (!seal.shares.includes(share)) refuse(422, "kms.share_other", "This share does not belong here.");
  if (seal.entered.includes(share)) refuse(422, "kms.share_twice", "This share has been entered already.");
  seal.entered.push(share);
  if (seal.entered.length < seal.quorum.threshold) return;
  seal.entered = [];
  instance.sealed = false;
}

/** What answers while the server is sealed. */
export const sealRoutes: Routes = {
  "*GET /seal": ({ state }) => read(state),
  "*POST /seal/shares": ({ state, body }) => {
    enter(state, textOf(body, "share"));
    return read(state);
  },
  "*DELETE /seal/shares": ({ state }) => {
    state.seal.entered = [];
    return read(state);
  },
};

export const keysRoutes: Routes = {
  "GET /keys": (asked): Keys => {
    administratorsOnly(asked);
    const { seal, now } = asked.state;
    const at = (days: number) => new Date(now() + days * DAY_MS).toISOString();
    return {
      root: {
        held: seal.quorum ? "shares" : "file",
        shares: seal.quorum?.shares ?? null,
        threshold: seal.quorum?.threshold ?? null,
      },
      key: { version: 4, made_at: at(-23), renewed_at: at(67), is_followed: false },
    };
  },
};
