import { TransientError } from "../../core/errors.ts";
import { type ManualMarket, manualOrder } from "../../core/execution/manual-order.ts";
import type { Execution, OrderResult } from "../../core/execution/order.ts";
import { planTestOrder } from "../../core/execution/test-order.ts";
import {
  formatPrice,
  formatShares,
  formatUsd,
  priceOf,
  type ShareMicros,
  shares,
  subUsd,
  sumUsd,
  type UsdMicros,
} from "../../core/money/amounts.ts";
import { computeExitFloor } from "../../core/signals/price-cap.ts";
import { SECOND_MS } from "../../core/time/time.ts";
import type { BookSource } from "../../ports/book-source.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Venue } from "../../ports/venue.ts";
import type { VenueClient } from "../../ports/venue-client.ts";

export type LiveTestDeps = {
  readonly venue: Venue;
  readonly client: VenueClient;
  readonly books: BookSource;
  readonly clock: Clock;
  readonly tell: (line: string) => void;
};

/** What the way there and back came to. */
export type LiveTestOutcome = {
  readonly bought: ShareMicros;
  /** Not sold again: the book left no room. */
  readonly left: ShareMicros;
  /** What the venue's balance lost. */
  readonly costUsd: UsdMicros;
};

const BUY_TRIES = 10;
const SELL_TRIES = 5;
const SELL_SLIPPAGE_BPS = 500n;
const HUNDREDTH = 10_000n;

/** Buys for `stakeUsd` and sells all of it again, over the same road as the executor's orders. */
export async function runLiveTest(
  deps: LiveTestDeps,
  market: ManualMarket,
  stakeUsd: UsdMicros,
  signal: AbortSignal,
): Promise<LiveTestOutcome> {
  const { client } = deps;
  const before = (await client.collateral(true, signal)).balanceUsd;
  const bought = await buyOnce(deps, market, stakeUsd, signal);
  const left = bought === 0n ? shares(0n) : await sellAgain(deps, market, bought, signal);
  const after = (await client.collateral(true, signal)).balanceUsd;
  return { bought, left, costUsd: subUsd(before, after) };
}

/** On the book of now: a person may have thought it over for a while. @returns how much was bought */
async function buyOnce(
  deps: LiveTestDeps,
  market: ManualMarket,
  stakeUsd: UsdMicros,
  signal: AbortSignal,
): Promise<ShareMicros> {
  const { books, clock, tell, venue } = deps;
  for (let tries = 0; tries < BUY_TRIES; tries++) {
    if (tries > 0) await clock.sleep(SECOND_MS, signal);
    const book = await books.fetchBook(market.tokenIds[market.outcomeIndex], signal);
    const plan = book === null ? null : planTestOrder(book, market.terms.fee, stakeUsd);
    if (book === null || plan === null) continue;
    const { limitPrice } = plan;
    const buy = manualOrder({ ...market, book }, { side: "BUY", stakeUsd, limitPrice, at: clock.nowMs() });
    tell(`1. buying for ${formatUsd(stakeUsd)} USD at ${formatPrice(limitPrice)} or less`);
    const result = await timed(deps, () => placeSurely(venue, buy, signal));
    if (result.status === "filled") {
      tell(`   bought ${describe(result.executions)}`);
      return sizeOf(result);
    }
    tell(`   not filled (${result.reason}); nothing was spent`);
    if (result.reason !== "NO_LIQUIDITY") return shares(0n);
  }
  tell("   the book has become too thin for it: try again");
  return shares(0n);
}

/** @returns what could not be sold */
async function sellAgain(
  deps: LiveTestDeps,
  market: ManualMarket,
  bought: ShareMicros,
  signal: AbortSignal,
): Promise<ShareMicros> {
  const { books, client, clock, tell, venue } = deps;
  const tokenId = market.tokenIds[market.outcomeIndex];
  // The venue keeps an old idea of what we hold unless it is told to look.
  await client.shares(tokenId, true, signal);
  let left = bought;
  for (let tries = 0; tries < SELL_TRIES && left >= HUNDREDTH; tries++) {
    if (tries > 0) await clock.sleep(SECOND_MS, signal);
    const book = await books.fetchBook(tokenId, signal);
    const bid = book?.bids[0]?.price;
    if (book === null || bid === undefined) continue;
    const limitPrice = computeExitFloor(bid, SELL_SLIPPAGE_BPS, book.tickSize);
    const sell = manualOrder({ ...market, book }, { side: "SELL", size: left, limitPrice, at: clock.nowMs() });
    tell(`2. selling ${formatShares(left)} shares at ${formatPrice(limitPrice)} or more`);
    const result = await timed(deps, () => placeSurely(venue, sell, signal));
    if (result.status === "unfilled") tell(`   not filled (${result.reason})`);
    else tell(`   sold ${describe(result.executions)}`);
    left = shares(left - sizeOf(result));
  }
  return left;
}

/** Nothing has happened when it throws that: signer or catalogue did not answer. */
async function placeSurely(venue: Venue, order: Parameters<Venue["place"]>[0], signal: AbortSignal) {
  for (let tries = 1; ; tries++) {
    try {
      return await venue.place(order, signal);
    } catch (error) {
      if (!(error instanceof TransientError) || tries === SELL_TRIES) throw error;
    }
  }
}

async function timed({ clock, tell }: LiveTestDeps, work: () => Promise<OrderResult>): Promise<OrderResult> {
  const startedAt = clock.nowMs();
  const result = await work();
  tell(
    `   over after ${((clock.nowMs() - startedAt) / SECOND_MS).toFixed(1)} s, confirmed on the chain where it was matched`,
  );
  return result;
}

const sizeOf = (result: OrderResult): ShareMicros =>
  shares(result.status === "filled" ? result.executions.reduce((sum, { size }) => sum + size, 0n) : 0n);

function describe(executions: readonly Execution[]): string {
  const size = shares(executions.reduce((sum, each) => sum + each.size, 0n));
  const cash = sumUsd(executions.map((each) => each.cash));
  const fee = sumUsd(executions.map((each) => each.fee));
  return `${formatShares(size)} shares for ${formatUsd(cash)} USD (${formatPrice(priceOf(cash, size, "floor"))} each), fee ${formatUsd(fee)} USD`;
}
