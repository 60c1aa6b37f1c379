import type { MarketId } from "../ids/ids.ts";
import { shares } from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";
import type { EpochMs } from "../time/time.ts";
import type { AccountEvent, AccountPosition } from "./account-event.ts";

/** Held by the venue, and not told of by the history. */
export type UnseenMarket = {
  readonly marketId: MarketId;
  readonly openedAt: EpochMs;
  /** Null while shares are held. */
  readonly flatAt: EpochMs | null;
};

export type Gaps = { readonly incomplete: ReadonlySet<MarketId>; readonly unseen: readonly UnseenMarket[] };

/** Half a percent and a share: the venue's own rounding, and dust. */
const TOLERANCE_SHARES = shares(1_000_000n);
const TOLERANCE_DIVISOR = 200n;

/**
 * The venue's positions as a check on its history: histories are cut off and pages repeated without a word
 * (polymarket-apis #4), and losers that nobody redeems leave no trace in them. A market is incomplete when its position
 * was opened before the history begins, or when the history has bought less than the position, or more of it.
 */
export function findGaps(
  events: readonly AccountEvent[],
  { since, positions }: { readonly since: EpochMs; readonly positions: readonly AccountPosition[] },
): Gaps {
  const bought = new Map<string, AccountEvent[]>();
  const seen = new Set<MarketId>();
  for (const event of events) {
    const { kind, marketId, tokenId } = event;
    seen.add(marketId);
    const key = kind === "SPLIT" ? marketId : kind === "BUY" ? tokenId : null;
    if (key === null) continue;
    const list = bought.get(key);
    if (list === undefined) bought.set(key, [event]);
    else list.push(event);
  }
  const incomplete = new Set<MarketId>();
  const unseen = new Map<MarketId, UnseenMarket>();
  for (const position of positions) {
    const { marketId, tokenId, firstEntryAt, lastEventAt, totalShares } = position;
    if (totalShares <= TOLERANCE_SHARES && position.currentShares <= TOLERANCE_SHARES) continue;
    // Neither moved nor held since the history begins: it closed before, so it is no matter of ours.
    if (position.currentShares <= TOLERANCE_SHARES && (lastEventAt ?? since) < since) continue;
    if (!seen.has(marketId)) {
      const openedAt = firstEntryAt ?? lastEventAt ?? since;
      const flatAt = position.currentShares <= TOLERANCE_SHARES ? lastEventAt : null;
      unseen.set(marketId, { marketId, openedAt, flatAt });
      continue;
    }
    const isOlder = firstEntryAt !== null && firstEntryAt < since;
    const trades = bought.get(tokenId) ?? [];
    const all = sumShares(trades) + sumShares(bought.get(marketId) ?? []);
    // The history is read after the positions: what was bought since is no excess.
    const until = sumShares(trades.filter(({ at }) => at <= (lastEventAt ?? at)));
    if (isOlder || isBelow(all, totalShares) || isBelow(totalShares, until)) incomplete.add(marketId);
  }
  return { incomplete, unseen: [...unseen.values()] };
}

const sumShares = (events: readonly AccountEvent[]): bigint => events.reduce((sum, event) => sum + event.shares, 0n);

/** By more than rounding and dust. */
export const isBelow = (value: bigint, wanted: bigint): boolean =>
  value + mulDiv(value, 1n, TOLERANCE_DIVISOR, "ceil") + TOLERANCE_SHARES < wanted;
