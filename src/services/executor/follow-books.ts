import type { EngineState } from "../../core/engine/state.ts";
import type { TokenId } from "../../core/ids/ids.ts";
import type { BookFeed, FollowedToken } from "../../ports/book-source.ts";

/** Marks follow a moving bid at most this often: each is a step in the journal. */
const MOVED_MARK_MS = 1_000;

export type BookFollower = {
  /** Keeps the feed on the markets of live signals and open positions. */
  follow(state: EngineState): void;
  /** When positions are to be marked, given when it is due anyway and when it was done last. */
  markAt(dueAt: number, markedAt: number): number;
  stop(): void;
};

/** @param onMoved called when the best bid of something followed has changed */
export function createBookFollower(feed: BookFeed | null, onMoved: () => void): BookFollower {
  let hasMoved = false;
  const stop = feed?.onBid(() => {
    hasMoved = true;
    onMoved();
  });
  return {
    follow(state) {
      feed?.watch(followedBy(state));
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

function followedBy({ signals, positions }: EngineState): readonly FollowedToken[] {
  const followed = new Map<TokenId, FollowedToken>();
  for (const { marketId, tokenId } of [...Object.values(signals), ...Object.values(positions)]) {
    followed.set(tokenId, { marketId, tokenId });
  }
  return [...followed.values()];
}
