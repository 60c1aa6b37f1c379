import type { MarketId } from "../ids/ids.ts";
import type { OutcomeIndex } from "../market/market.ts";
import { addUsd, maxUsd, type ShareMicros, subUsd, type UsdMicros, usd, ZERO_USD } from "../money/amounts.ts";

/** What we hold, or may come to hold, in one market of an event group. */
export type EventStake = {
  readonly marketId: MarketId;
  readonly outcomeIndex: OutcomeIndex;
  /** The market is one of a group of which exactly one resolves to yes (outcome 0). */
  readonly negRisk: boolean;
  /** What all of it cost with fees, at most. */
  readonly costUsd: UsdMicros;
  /** What all of it pays where it wins, at least: 1 USD a share. */
  readonly size: ShareMicros;
  /** An order: all of it, a part of it or nothing is filled. */
  readonly isOrder: boolean;
};

/**
 * The most that these stakes can lose together. Outside of a negative-risk group every market may go against us: the sum
 * of the costs. Within one at most one market resolves to yes, so it is the worst of the group's outcomes: each market
 * in which we have a stake, and any other.
 */
export function eventWorstCase(stakes: readonly EventStake[]): UsdMicros {
  const exclusive = stakes.filter(({ negRisk }) => negRisk);
  const markets = new Set(exclusive.map(({ marketId }) => marketId));
  const losses = [null, ...markets].map((winner) => sum(exclusive.map((stake) => lossOf(stake, winner))));
  const worst = losses.reduce(maxUsd, ZERO_USD);
  return addUsd(worst, sum(stakes.filter(({ negRisk }) => !negRisk).map(({ costUsd }) => costUsd)));
}

/** @param winner the market that resolves to yes; null: one in which we have no stake. Negative: a profit */
function lossOf({ marketId, outcomeIndex, costUsd, size, isOrder }: EventStake, winner: MarketId | null): UsdMicros {
  const pays = (marketId === winner) === (outcomeIndex === 0);
  const lossUsd = subUsd(costUsd, pays ? usd(size) : ZERO_USD);
  // Of an order that would make up for a loss nothing may be filled.
  return isOrder ? maxUsd(ZERO_USD, lossUsd) : lossUsd;
}

const sum = (amounts: readonly UsdMicros[]): UsdMicros => amounts.reduce(addUsd, ZERO_USD);
