/** What every fill came to, known once its market is resolved: no order of events, no ledger, one pass. */
import { type FillBatch, type HistoryFacts, TRAIT } from "../backtest/history.ts";

const MICROS = 1e6;

export type Outcomes = {
  /** Of one share, by token; NaN: not resolved. */
  readonly payout: Float64Array;
  /** Events by market: those of one event share their fate. A market without an event is one of its own. */
  readonly event: Int32Array;
  readonly category: Int32Array;
  readonly categories: readonly string[];
};

export function readOutcomes({ tokenMarket, tokenOutcome, markets, resolutions }: HistoryFacts): Outcomes {
  const numerators = new Map(resolutions.map(({ marketKey, payoutNumerators }) => [marketKey, payoutNumerators]));
  const payout = Float64Array.from(tokenMarket, (market, token) => {
    const of = numerators.get(market);
    if (of === undefined) return Number.NaN;
    return Number(of[tokenOutcome[token] as 0 | 1]) / Number(of[0] + of[1]);
  });
  const categories = new Map<string, number>();
  const events = new Map<string, number>();
  const place = (index: Map<string, number>, key: string): number => {
    const known = index.get(key) ?? index.size;
    index.set(key, known);
    return known;
  };
  const event = Int32Array.from(markets, (market, key) => place(events, market?.eventId ?? `market ${key}`));
  const category = Int32Array.from(markets, (market) => place(categories, market?.category ?? "unknown"));
  return { payout, event, category, categories: [...categories.keys()] };
}

/**
 * USD that the fill earned if what it bought was held to the resolution, or what it sold had been bought back at it.
 * Splits, merges, redemptions and conversions earn nothing at these values, so the fills of a wallet add up to its P&L in
 * resolved markets; only shares that it got from another wallet's transfer are missing.
 */
export function fillProfit(batch: FillBatch, row: number, payout: number): number {
  const traits = batch.traits[row] as number;
  const [size, cash, fee] = [batch.size[row] as number, batch.cash[row] as number, batch.fee[row] as number];
  const paid = (traits & TRAIT.feeInShares) !== 0 ? fee * payout : fee;
  const gross = (traits & TRAIT.sell) === 0 ? size * payout - cash : cash - size * payout;
  return (gross - paid) / MICROS;
}

/** USD that could be lost: what a buyer paid; selling at 0.70 is buying the other outcome at 0.30. */
export function fillStake(batch: FillBatch, row: number): number {
  const [size, cash] = [batch.size[row] as number, batch.cash[row] as number];
  return (((batch.traits[row] as number) & TRAIT.sell) === 0 ? cash : size - cash) / MICROS;
}

/** The share's price in USD; not between 0 and 1 for dust. */
export const fillPrice = (batch: FillBatch, row: number): number =>
  (batch.cash[row] as number) / (batch.size[row] as number);

export const isMaker = (batch: FillBatch, row: number): boolean => ((batch.traits[row] as number) & TRAIT.maker) !== 0;
export const isSell = (batch: FillBatch, row: number): boolean => ((batch.traits[row] as number) & TRAIT.sell) !== 0;

/** USD that changed hands on this leg. */
export const fillCash = (batch: FillBatch, row: number): number => (batch.cash[row] as number) / MICROS;
