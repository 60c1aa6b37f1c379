import type { EngineState } from "../../core/engine/state.ts";
import type { TokenId } from "../../core/ids/ids.ts";
import { type EpochMs, MINUTE_MS } from "../../core/time/time.ts";
import type { BookFeed, FollowedToken } from "../../ports/book-source.ts";
import type { CandidateFill } from "../../ports/executor-store.ts";

/** Marks follow a moving bid at most this often: each is a step in the journal. */
const MOVED_MARK_MS = 1_000;

/** Where wallets that matter traded within this the next of their trades may be a signal: its book is there by then. */
const AHEAD_MS = 5 * MINUTE_MS;
/** Each market costs the venue a request every few seconds. */
const AHEAD_MAX = 30;
/** What is followed ahead stays so long at least, so that a busy time does not subscribe anew with every block. */
const AHEAD_STAY_MS = MINUTE_MS;

export type BookFollower = {
  /** What the executor read: followed ahead, as far as there is room. */
  traded(fills: readonly CandidateFill[], at: EpochMs): void;
  /** Keeps the feed on the markets of live signals and open positions, and on what is followed ahead. */
  follow(state: Pick<EngineState, "signals" | "positions">, at: EpochMs): void;
  /** When positions are to be marked, given when it is due anyway and when it was done last. */
  markAt(dueAt: number, markedAt: number): number;
  stop(): void;
};

/** @param onMoved called when the best bid of something followed has changed */
export function createBookFollower(feed: BookFeed | null, onMoved: () => void): BookFollower {
  let hasMoved = false;
  /** By token, the longest untouched first. */
  const ahead = new Map<TokenId, FollowedToken & { readonly at: EpochMs }>();
  const stop = feed?.onBid(() => {
    hasMoved = true;
    onMoved();
  });
  return {
    traded(fills, at) {
      for (const { fill, market } of fills) {
        const { tokenId } = fill;
        if (!ahead.delete(tokenId) && ahead.size >= AHEAD_MAX) {
          const [oldest] = ahead.values();
          if (oldest === undefined || at - oldest.at < AHEAD_STAY_MS) continue;
          ahead.delete(oldest.tokenId);
        }
        ahead.set(tokenId, { marketId: market.marketId, tokenId, at });
      }
    },
    follow(state, at) {
      for (const [tokenId, each] of ahead) if (at - each.at > AHEAD_MS) ahead.delete(tokenId);
      feed?.watch(followedBy(state, [...ahead.values()]));
    },
    markAt(dueAt, markedAt) {
      if (!hasMoved) return dueAt;
      hasMoved = false;
      return Math.min(dueAt, markedAt + MOVED_MARK_MS);
    },
    stop() {
      stop?.();
      feed?.watch([]);
    },
  };
}

function followedBy(
  { signals, positions }: Pick<EngineState, "signals" | "positions">,
  ahead: readonly FollowedToken[],
): readonly FollowedToken[] {
  const followed = new Map<TokenId, FollowedToken>();
  for (const { marketId, tokenId } of [...Object.values(signals), ...Object.values(positions), ...ahead]) {
    followed.set(tokenId, { marketId, tokenId });
  }
  return [...followed.values()];
}
