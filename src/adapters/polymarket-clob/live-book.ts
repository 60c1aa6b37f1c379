import type { TokenId } from "../../core/ids/ids.ts";
import type { BookLevel, OrderBook } from "../../core/market/market.ts";
import { type PriceMicros, price, type ShareMicros } from "../../core/money/amounts.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { MarketEvent } from "./market-events.ts";

type Change = Extract<MarketEvent, { kind: "change" }>;
type Snapshot = Pick<OrderBook, "bids" | "asks"> & { readonly at: EpochMs };
/** With the time of the news: messages may overtake each other, and an older one must not undo a newer. */
type Side = Map<bigint, { readonly size: ShareMicros; readonly at: EpochMs }>;

/** Changes kept while the snapshot they build on is awaited. */
const PENDING_MAX = 2_000;
const HISTORY_MAX = 64;

/** One token's book, as far as it has been heard. Not to be used unless `read` gives it out. */
export type LiveBook = {
  /** What was heard before is worth nothing any more: the connection is new, or it told of something else. */
  forget(): void;
  /** From REST: levels, and what the channel never says. */
  load(book: OrderBook): void;
  /** From the channel. */
  snapshot(snapshot: Snapshot): void;
  /** @returns false when the result contradicts what the venue says: something was lost on the way */
  change(changes: readonly Change[]): boolean;
  tick(tickSize: PriceMicros): void;
  /** null: nothing that may be relied on. */
  read(): OrderBook | null;
  /** Whether these best prices are, or were a moment ago, the ones heard. */
  agreesWith(book: OrderBook): boolean;
  bestBid(): PriceMicros | null;
};

export function createLiveBook(tokenId: TokenId): LiveBook {
  let bids: Side = new Map();
  let asks: Side = new Map();
  let pending: Change[] = [];
  let snapshotAt: EpochMs | null = null;
  let newestAt = 0 as EpochMs;
  let terms: Pick<OrderBook, "tickSize" | "minOrderSize"> | null = null;
  let history: string[] = [];

  const best = (side: Side, isBetter: (a: bigint, b: bigint) => boolean): bigint | null => {
    let found: bigint | null = null;
    for (const at of side.keys()) if (found === null || isBetter(at, found)) found = at;
    return found;
  };
  const bestBid = (): bigint | null => best(bids, (a, b) => a > b);
  const bestAsk = (): bigint | null => best(asks, (a, b) => a < b);
  const isCrossed = (): boolean => {
    const [bid, ask] = [bestBid(), bestAsk()];
    return bid !== null && ask !== null && bid >= ask;
  };
  const pairOf = (bid: bigint | null | undefined, ask: bigint | null | undefined): string =>
    `${bid ?? ""}/${ask ?? ""}`;

  function remember(): void {
    const pair = pairOf(bestBid(), bestAsk());
    if (history.at(-1) !== pair) history = [...history.slice(1 - HISTORY_MAX), pair];
  }

  function apply({ side, level, at }: Change): void {
    const levels = side === "BUY" ? bids : asks;
    const known = levels.get(level.price);
    if (known !== undefined && known.at > at) return;
    if (level.size === 0n) levels.delete(level.price);
    else levels.set(level.price, { size: level.size, at });
    if (at > newestAt) newestAt = at;
  }

  function snapshot({ bids: newBids, asks: newAsks, at }: Snapshot): void {
    // Older than what we stand on: it was overtaken.
    if (snapshotAt !== null && at < snapshotAt) return;
    const toSide = (levels: readonly BookLevel[]): Side =>
      new Map(levels.filter(({ size }) => size > 0n).map((level) => [level.price, { size: level.size, at }]));
    bids = toSide(newBids);
    asks = toSide(newAsks);
    snapshotAt = at;
    newestAt = at;
    for (const each of pending) if (each.at > at) apply(each);
    pending = pending.filter((each) => each.at > at);
    remember();
  }

  function levelsOf(side: Side, isFalling: boolean): readonly BookLevel[] {
    const prices = [...side.keys()].sort((a, b) => (a < b ? -1 : 1));
    if (isFalling) prices.reverse();
    return prices.map((at) => ({ price: price(at), size: side.get(at)?.size as ShareMicros }));
  }

  return {
    snapshot,
    forget() {
      snapshotAt = null;
      pending = [];
    },
    load(book) {
      terms = { tickSize: book.tickSize, minOrderSize: book.minOrderSize };
      snapshot({ bids: book.bids, asks: book.asks, at: book.asOf });
    },
    change(changes) {
      // Kept for the next snapshot too, which may be older than they are.
      pending.push(...changes);
      if (pending.length > PENDING_MAX) pending = pending.slice(-PENDING_MAX / 2);
      if (snapshotAt === null) return true;
      for (const each of changes) if (each.at >= snapshotAt) apply(each);
      remember();
      const last = changes.at(-1);
      if (isCrossed()) return false;
      if (last === undefined || last.best === null || last.at < newestAt) return true;
      return pairOf(last.best.bid, last.best.ask) === pairOf(bestBid(), bestAsk());
    },
    tick(tickSize) {
      if (terms !== null) terms = { ...terms, tickSize };
    },
    read() {
      if (snapshotAt === null || terms === null || isCrossed()) return null;
      return { tokenId, bids: levelsOf(bids, true), asks: levelsOf(asks, false), ...terms, asOf: newestAt };
    },
    agreesWith: (book) => history.includes(pairOf(book.bids[0]?.price, book.asks[0]?.price)),
    bestBid: () => bestBid() as PriceMicros | null,
  };
}
