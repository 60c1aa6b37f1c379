import type { ExchangeOrder } from "../chain/exchange-order.ts";
import type { ClientOrderId, OrderHash, TokenId } from "../ids/ids.ts";
import { addUsd, formatShares, formatUsd, type ShareMicros, subUsd, type UsdMicros, usd } from "../money/amounts.ts";
import { addMs, type EpochMs, MINUTE_MS } from "../time/time.ts";
import type { VenueOrder, VenueTrade } from "./venue-answer.ts";

/** What the venue says of our account: all of it, or there is no snapshot. */
export type AccountSnapshot = {
  /** When the first question was asked: what our books did later it may not show. */
  readonly startedAt: EpochMs;
  readonly openOrders: readonly VenueOrder[];
  readonly trades: readonly VenueTrade[];
  readonly collateralUsd: UsdMicros;
  readonly holdings: ReadonlyMap<TokenId, ShareMicros>;
};

/** What our books say that the venue should say; orders answered since the snapshot began are still in flight. */
export type AccountBooks = {
  /** Collateral when it was first looked at, and what others have moved since. */
  readonly baselineUsd: UsdMicros;
  /** What answered orders moved since. */
  readonly flowUsd: UsdMicros;
  /** What resolutions pay for positions of ours: it comes with a redemption, whenever that is. */
  readonly payoutsUsd: UsdMicros;
  /** Every closed position may have left less than a hundredth of a share behind, which is redeemed some day. */
  readonly closedPositions: number;
  /** Of open positions in markets that are not resolved: all that answered orders bought less what they sold. */
  readonly holdings: ReadonlyMap<TokenId, ShareMicros>;
  /** Signed, and not booked as answered. */
  readonly inFlight: readonly ExchangeOrder[];
};

/** An order of ours as far as a snapshot is held against it. */
export type BookedOrder = {
  readonly clientOrderId: ClientOrderId;
  readonly orderHash: OrderHash;
  /** Answered, and the answer is in our books. */
  readonly isFinished: boolean;
  readonly trades: readonly VenueTrade[];
  /** What our books have of it. */
  readonly bookedSize: ShareMicros;
};

export type DifferenceKind =
  /** Resting at the venue, and we never made it. */
  | "FOREIGN_ORDER"
  | "FOREIGN_TRADE"
  /** Ours, over in our books, and resting: it is cancelled. */
  | "RESTING_ORDER"
  /** A confirmed trade of an order that our books have finished without it: they take it in. */
  | "LATE_TRADE"
  /** We booked it as confirmed, and the venue says that it failed: it is booked out. */
  | "VOIDED_TRADE"
  | "CASH_BELOW"
  | "CASH_ABOVE"
  | "SHARES_BELOW"
  | "SHARES_ABOVE";

export type AccountDifference = {
  readonly kind: DifferenceKind;
  /** Order, trade or token; null: the collateral. */
  readonly subject: string | null;
  readonly expected: string;
  readonly found: string;
  /** Of the collateral alone: what neither our orders nor redemptions explain. */
  readonly movedUsd?: UsdMicros;
};

/** Somebody else trades with the wallet: nothing is bought until a person has looked. */
const PAUSES: readonly DifferenceKind[] = ["FOREIGN_ORDER", "FOREIGN_TRADE", "CASH_BELOW", "SHARES_BELOW"];
/** Our books are wrong: they follow the venue, and a person has to look only where they could not. */
export const isRepairable = ({ kind }: AccountDifference): boolean => kind === "LATE_TRADE" || kind === "VOIDED_TRADE";
export const isPausing = ({ kind }: AccountDifference): boolean => PAUSES.includes(kind);

/** Balances are what the venue caches: they are read anew before they are believed. */
export const isBalance = ({ kind }: AccountDifference): boolean =>
  kind.startsWith("CASH_") || kind.startsWith("SHARES_");

/** A fee is rounded by the venue as it likes. */
const CASH_TOLERANCE = usd(10_000n);
const SHARE_TOLERANCE = 10_000n;

export function compareAccount(
  snapshot: AccountSnapshot,
  books: AccountBooks,
  orders: ReadonlyMap<OrderHash, BookedOrder>,
): readonly AccountDifference[] {
  return [
    ...snapshot.openOrders.flatMap((order) => compareOrder(order, orders.get(order.orderHash))),
    ...snapshot.trades.flatMap((trade) => compareTrade(trade, orders.get(trade.orderHash), snapshot.trades)),
    ...compareCash(snapshot, books),
    ...compareShares(snapshot, books),
  ];
}

function compareOrder(order: VenueOrder, ours: BookedOrder | undefined): readonly AccountDifference[] {
  if (order.status === "gone" || order.status === "matched") return [];
  const found = `${order.side} ${formatShares(order.size)} resting`;
  if (ours === undefined) return [{ kind: "FOREIGN_ORDER", subject: order.orderHash, expected: "no order", found }];
  return ours.isFinished ? [{ kind: "RESTING_ORDER", subject: order.orderHash, expected: "over", found }] : [];
}

function compareTrade(
  trade: VenueTrade,
  ours: BookedOrder | undefined,
  said: readonly VenueTrade[],
): readonly AccountDifference[] {
  const { id, orderHash, status } = trade;
  const found = `${trade.side} ${formatShares(trade.size)} ${status}`;
  const about = { subject: `${id} ${orderHash}`, found };
  if (ours === undefined) return status === "FAILED" ? [] : [{ ...about, kind: "FOREIGN_TRADE", expected: "no trade" }];
  if (!isMisbooked(ours, said)) return [];
  const wasConfirmed = ours.trades.find((each) => each.id === id)?.status === "CONFIRMED" && ours.bookedSize > 0n;
  if (status === "CONFIRMED" && !wasConfirmed) return [{ ...about, kind: "LATE_TRADE", expected: "not booked" }];
  return status === "FAILED" && wasConfirmed ? [{ ...about, kind: "VOIDED_TRADE", expected: "CONFIRMED" }] : [];
}

/** An order of ours that is over, and that the venue has otherwise than our books. */
export type MisbookedOrder = Pick<BookedOrder, "clientOrderId"> & { readonly trades: readonly VenueTrade[] };

/** Those that our books can follow the venue in: all their trades as they are now. */
export function misbookedOrders(
  said: readonly VenueTrade[],
  orders: ReadonlyMap<OrderHash, BookedOrder>,
): readonly MisbookedOrder[] {
  return [...orders.values()]
    .filter((order) => isMisbooked(order, said))
    .map((order) => ({ clientOrderId: order.clientOrderId, trades: newestTrades(order, said) }));
}

function isMisbooked(order: BookedOrder, said: readonly VenueTrade[]): boolean {
  if (!order.isFinished) return false;
  let confirmed = 0n;
  for (const { status, size } of newestTrades(order, said)) if (status === "CONFIRMED") confirmed += size;
  return confirmed !== order.bookedSize;
}

/** A final word of the venue's goes before what we have stored, also where that was thought to be final. */
function newestTrades({ orderHash, trades }: BookedOrder, said: readonly VenueTrade[]): readonly VenueTrade[] {
  const byId = new Map(trades.map((trade) => [trade.id, trade]));
  for (const trade of said) {
    const isFinal = trade.status === "CONFIRMED" || trade.status === "FAILED";
    if (trade.orderHash === orderHash && (isFinal || !byId.has(trade.id))) byId.set(trade.id, trade);
  }
  return [...byId.values()];
}

/** Between everything in flight lost and nothing redeemed, and everything in flight won and all redeemed. */
function compareCash({ collateralUsd }: AccountSnapshot, books: AccountBooks): readonly AccountDifference[] {
  let lowest = subUsd(addUsd(books.baselineUsd, books.flowUsd), CASH_TOLERANCE);
  const dust = usd(10_000n * BigInt(books.closedPositions));
  let highest = addUsd(
    addUsd(addUsd(books.baselineUsd, books.flowUsd), books.payoutsUsd),
    addUsd(CASH_TOLERANCE, dust),
  );
  for (const order of books.inFlight) {
    if (order.side === "BUY") lowest = subUsd(lowest, worstCost(order));
    else highest = addUsd(highest, usd(order.makerAmount));
  }
  const expected = `${formatUsd(lowest)} to ${formatUsd(highest)}`;
  const difference = { subject: null, expected, found: formatUsd(collateralUsd) };
  if (collateralUsd < lowest) return [{ ...difference, kind: "CASH_BELOW", movedUsd: subUsd(collateralUsd, lowest) }];
  if (collateralUsd > highest) return [{ ...difference, kind: "CASH_ABOVE", movedUsd: subUsd(collateralUsd, highest) }];
  return [];
}

/** `shares · rate · p · (1 − p)` is less than a quarter of what was paid at any rate there ever was (API sheet, 2.12). */
const worstCost = ({ makerAmount }: ExchangeOrder): UsdMicros => usd(makerAmount + makerAmount / 4n);

function compareShares({ holdings }: AccountSnapshot, books: AccountBooks): readonly AccountDifference[] {
  const moving = new Set(books.inFlight.map(({ tokenId }) => tokenId));
  return [...books.holdings].flatMap(([tokenId, expected]): readonly AccountDifference[] => {
    const found = holdings.get(tokenId);
    if (found === undefined || moving.has(tokenId)) return [];
    const difference = { subject: tokenId, expected: formatShares(expected), found: formatShares(found) };
    if (found < expected - SHARE_TOLERANCE) return [{ ...difference, kind: "SHARES_BELOW" }];
    return found > expected + SHARE_TOLERANCE ? [{ ...difference, kind: "SHARES_ABOVE" }] : [];
  });
}

/** From when on trades are asked for: what was matched earlier has become final, or has been compared. */
export const tradesSince = (baselineAt: EpochMs, reconciledAt: EpochMs | null): EpochMs =>
  reconciledAt === null || reconciledAt - 10 * MINUTE_MS < baselineAt
    ? baselineAt
    : addMs(reconciledAt, -10 * MINUTE_MS);
