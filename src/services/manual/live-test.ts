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
  ZERO_USD,
} from "../../core/money/amounts.ts";
import type { ApprovedOrder } from "../../core/risk/check-order.ts";
import { computeExitFloor } from "../../core/signals/price-cap.ts";
import { SECOND_MS } from "../../core/time/time.ts";
import type { BookSource } from "../../ports/book-source.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Venue } from "../../ports/venue.ts";
import type { VenueClient } from "../../ports/venue-client.ts";
import { persist } from "./persist.ts";

export type LiveTestDeps = {
  readonly venue: Venue;
  readonly client: VenueClient;
  readonly books: BookSource;
  readonly clock: Clock;
  readonly tell: (line: string) => void;
};

/** Where the test buys, with a name that a person knows it by. */
export type TestMarket = ManualMarket & { readonly name: string };

/** What the way there and back came to. */
export type LiveTestOutcome = {
  readonly bought: ShareMicros;
  /** Not sold again: the book left no room. */
  readonly left: ShareMicros;
  /** What the venue's balance lost. */
  readonly costUsd: UsdMicros;
};

/** How far it has come: what to say when it is stopped. */
type Trip = {
  /** On its way, and not answered. */
  orderOut: "BUY" | "SELL" | null;
  bought: ShareMicros;
  left: ShareMicros;
};

const BUY_TRIES = 10;
const SELL_TRIES = 5;
const SELL_SLIPPAGE_BPS = 500n;
const HUNDREDTH = 10_000n;

/** Buys for `stakeUsd` and sells all of it again, over the same road as the executor's orders. */
export async function runLiveTest(
  deps: LiveTestDeps,
  market: TestMarket,
  stakeUsd: UsdMicros,
  signal: AbortSignal,
): Promise<LiveTestOutcome> {
  const { client, tell } = deps;
  const trip: Trip = { orderOut: null, bought: shares(0n), left: shares(0n) };
  const balance = async () => (await persist(deps, () => client.collateral(true, signal), signal)).balanceUsd;
  try {
    const before = await balance();
    tell("   should this be cut short: `orderflow livetest` started again goes on from there");
    await buyOnce(deps, trip, market, stakeUsd, signal);
    if (trip.left > 0n) await sellAgain(deps, trip, market, signal);
    return { bought: trip.bought, left: trip.left, costUsd: subUsd(before, await balance()) };
  } catch (error) {
    tell(`left     ${leftText(trip, market, stakeUsd)}`);
    throw error;
  }
}

/** Sells what an earlier test has left. @returns what could not be sold */
export async function sellLeftover(
  deps: LiveTestDeps,
  market: TestMarket,
  size: ShareMicros,
  signal: AbortSignal,
): Promise<ShareMicros> {
  const trip: Trip = { orderOut: null, bought: size, left: size };
  try {
    await sellAgain(deps, trip, market, signal);
    return trip.left;
  } catch (error) {
    deps.tell(`left     ${leftText(trip, market, ZERO_USD)}`);
    throw error;
  }
}

function leftText({ orderOut, bought, left }: Trip, { name }: TestMarket, stakeUsd: UsdMicros): string {
  const again = "`orderflow livetest` looks, and offers to sell what is left";
  if (orderOut === "BUY")
    return `unknown: an order to buy ${name} for ${formatUsd(stakeUsd)} USD may be on its way; ${again}`;
  if (orderOut === "SELL")
    return `up to ${formatShares(left)} shares of ${name}: an order to sell them may be on its way; ${again}`;
  if (left >= HUNDREDTH) return `${formatShares(left)} shares of ${name}; ${again}`;
  return bought === 0n ? "nothing: nothing was bought" : "nothing: all of it was sold again";
}

/** On the book of now: a person may have thought it over for a while. */
async function buyOnce(
  deps: LiveTestDeps,
  trip: Trip,
  market: TestMarket,
  stakeUsd: UsdMicros,
  signal: AbortSignal,
): Promise<void> {
  const { clock, tell } = deps;
  for (let tries = 0; tries < BUY_TRIES; tries++) {
    if (tries > 0) await clock.sleep(SECOND_MS, signal);
    const book = await fetchBook(deps, market, signal);
    const plan = book === null ? null : planTestOrder(book, market.terms.fee, stakeUsd);
    if (book === null || plan === null) continue;
    const { limitPrice } = plan;
    const buy = manualOrder({ ...market, book }, { side: "BUY", stakeUsd, limitPrice, at: clock.nowMs() });
    tell(`1. buying for ${formatUsd(stakeUsd)} USD at ${formatPrice(limitPrice)} or less`);
    const result = await placeSurely(deps, trip, buy, signal);
    if (result.status === "filled") {
      trip.bought = sizeOf(result);
      trip.left = trip.bought;
      return tell(`   bought ${describe(result.executions)}`);
    }
    tell(`   not filled (${result.reason}); nothing was spent`);
    if (result.reason !== "NO_LIQUIDITY") return;
  }
  tell("   the book has become too thin for it: try again");
}

async function sellAgain(deps: LiveTestDeps, trip: Trip, market: TestMarket, signal: AbortSignal): Promise<void> {
  const { client, clock, tell } = deps;
  // The venue keeps an old idea of what we hold unless it is told to look.
  await persist(deps, () => client.shares(market.tokenIds[market.outcomeIndex], true, signal), signal);
  for (let tries = 0; tries < SELL_TRIES && trip.left >= HUNDREDTH; tries++) {
    if (tries > 0) await clock.sleep(SECOND_MS, signal);
    const book = await fetchBook(deps, market, signal);
    const bid = book?.bids[0]?.price;
    if (book === null || bid === undefined) continue;
    const limitPrice = computeExitFloor(bid, SELL_SLIPPAGE_BPS, book.tickSize);
    const sell = manualOrder({ ...market, book }, { side: "SELL", size: trip.left, limitPrice, at: clock.nowMs() });
    tell(`2. selling ${formatShares(trip.left)} shares at ${formatPrice(limitPrice)} or more`);
    const result = await placeSurely(deps, trip, sell, signal);
    if (result.status === "unfilled") tell(`   not filled (${result.reason})`);
    else tell(`   sold ${describe(result.executions)}`);
    trip.left = shares(trip.left - sizeOf(result));
  }
}

const fetchBook = (deps: LiveTestDeps, { tokenIds, outcomeIndex }: ManualMarket, signal: AbortSignal) =>
  persist(deps, () => deps.books.fetchBook(tokenIds[outcomeIndex], signal), signal);

/** The same order however often it is asked for: what of it was stored or sent is gone on with. */
async function placeSurely(
  deps: LiveTestDeps,
  trip: Trip,
  order: ApprovedOrder,
  signal: AbortSignal,
): Promise<OrderResult> {
  const { clock, tell, venue } = deps;
  const startedAt = clock.nowMs();
  trip.orderOut = order.side;
  const result = await persist(deps, () => venue.place(order, signal), signal);
  trip.orderOut = null;
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
