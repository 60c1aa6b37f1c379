import { type ManualMarket, manualOrder } from "../../core/execution/manual-order.ts";
import type { OrderResult } from "../../core/execution/order.ts";
import type { TokenId } from "../../core/ids/ids.ts";
import { type ShareMicros, shares, sumUsd, type UsdMicros, ZERO_USD } from "../../core/money/amounts.ts";
import { computeExitFloor } from "../../core/signals/price-cap.ts";
import { epochMs } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Venue } from "../../ports/venue.ts";
import type { VenueClient } from "../../ports/venue-client.ts";

/** What the account holds of one token; `market` is null where nothing can be sold: resolved, closed, or unknown. */
export type Holding = {
  readonly tokenId: TokenId;
  readonly size: ShareMicros;
  readonly market: ManualMarket | null;
};

export type Sale = {
  readonly holding: Holding;
  readonly limitPrice: bigint | null;
  readonly sold: ShareMicros;
  readonly cashUsd: UsdMicros;
  /** Why nothing, or not all, was sold; null: all was. */
  readonly reason: string | null;
};

/** The venue takes hundredths of a share. */
const LEAST = 10_000n;

/** Every token that the account ever traded and still holds, as the venue counts it: no database is asked. */
export async function findHoldings(
  client: Pick<VenueClient, "trades" | "shares">,
  marketOf: (token: TokenId, signal: AbortSignal) => Promise<ManualMarket | null>,
  signal: AbortSignal,
): Promise<readonly Holding[]> {
  const traded = await client.trades(epochMs(0), signal);
  const holdings: Holding[] = [];
  for (const tokenId of new Set(traded.map((trade) => trade.tokenId))) {
    const size = await client.shares(tokenId, true, signal);
    if (size >= LEAST) holdings.push({ tokenId, size, market: await marketOf(tokenId, signal) });
  }
  return holdings;
}

/** Sells one holding to whoever bids, down to `slippageBps` below the best bid. */
export async function sellHolding(
  { venue, clock }: { readonly venue: Venue; readonly clock: Clock },
  holding: Holding,
  slippageBps: bigint,
  signal: AbortSignal,
): Promise<Sale> {
  const { market, size } = holding;
  const nothing = { holding, limitPrice: null, sold: shares(0n), cashUsd: ZERO_USD };
  const bid = market?.book.bids[0]?.price;
  if (market === null) return { ...nothing, reason: "no order book: resolved or closed, redeem it" };
  if (bid === undefined) return { ...nothing, reason: "nobody bids" };
  const limitPrice = computeExitFloor(bid, slippageBps, market.book.tickSize);
  const order = manualOrder(market, { side: "SELL", size, limitPrice, at: clock.nowMs() });
  const result = await venue.place(order, signal);
  return { holding, limitPrice, ...outcomeOf(result, size) };
}

function outcomeOf(result: OrderResult, size: ShareMicros): Pick<Sale, "sold" | "cashUsd" | "reason"> {
  if (result.status === "unfilled") return { sold: shares(0n), cashUsd: ZERO_USD, reason: result.reason };
  const sold = shares(result.executions.reduce((sum, each) => sum + each.size, 0n));
  const cashUsd = sumUsd(result.executions.map((each) => each.cash));
  return { sold, cashUsd, reason: size - sold < LEAST ? null : "the bids within the slippage are used up" };
}
