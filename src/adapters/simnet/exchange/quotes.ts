import { noiseNormal, noiseSmooth, noiseUnit } from "../random/noise.ts";
import { hashText, type Seed } from "../random/prng.ts";
import { clampProbability, logistic, logit } from "../random/probability.ts";
import { LOTS_PER_SHARE, mirror, type Outcome, PIPS_PER_USD, type Side } from "../world/units.ts";
import type { Accounts } from "./accounts.ts";
import { type PatientOrder, pressureAt, revealedAt, type TradingState } from "./trading-state.ts";

/** An order in the book. All prices in terms of outcome 0: a BUY of outcome 1 at 0.40 is an ask at 0.60. */
export type RestingOrder = {
  readonly wallet: number;
  readonly outcome: Outcome;
  readonly side: Side;
  readonly pips: number;
  readonly lots: number;
  /** A maker's quote is named by period and slot; a patient order by its own serial number. */
  readonly slot: number;
  readonly patient: PatientOrder | null;
};

/** Best first. */
export type BookSide = readonly RestingOrder[];

/**
 * The book as a function of time: makers quote around the fair probability, each with an error of its own, a common
 * mood that makes the price inefficient, the push of recent orders and an inventory skew. Nothing is stored between
 * looks, so a look changes nothing, and markets that nobody trades cost nothing.
 */
export type Quotes = {
  /** Middle of the quotes: what the public takes for the probability of outcome 0. */
  mid(state: TradingState, at: number): number;
  /** The mid without the push of recent orders, also for times past: a chart. */
  chart(state: TradingState, at: number): number;
  side(state: TradingState, at: number, bids: boolean): BookSide;
  period(state: TradingState, at: number): number;
};

const LEVELS = 3;
const MOOD = 0.13;
const MAKER_ERROR = 0.06;
const SKEW_MAX = 0.35;
const SKEW_LOTS = 400_000;

/** @param revealMs how long it takes until what was revealed stands in the price; null: it never does */
export function createQuotes(seed: Seed, accounts: Accounts, revealMs: number | null = null): Quotes {
  const moodKey = hashText(`${seed}/mood`);
  const errorKey = hashText(`${seed}/maker-error`);
  const sizeKey = hashText(`${seed}/maker-size`);

  const isDaily = (state: TradingState): boolean => state.market.kind === "daily";
  const period = (state: TradingState, at: number): number => Math.floor(at / (isDaily(state) ? 20_000 : 3_000));
  const chartLogit = (state: TradingState, at: number): number =>
    logit(state.market.fairAt(at)) +
    MOOD * noiseSmooth(moodKey, state.market.index, at / (isDaily(state) ? 900_000 : 60_000));

  function makerViews(state: TradingState, at: number): readonly number[] {
    const common = chartLogit(state, at) + pressureAt(state, at) + revealedAt(state, at, revealMs);
    const now = period(state, at);
    return state.makers.map((maker, i) => {
      const net = accounts.lots(maker.index, state.market, 0) - accounts.lots(maker.index, state.market, 1);
      const skew = SKEW_MAX * Math.tanh(net / SKEW_LOTS);
      return logistic(common + MAKER_ERROR * noiseNormal(errorKey, state.market.index, i, now) - skew);
    });
  }

  function makerOrders(
    state: TradingState,
    at: number,
    bids: boolean,
    views: readonly number[],
    bound: number,
  ): RestingOrder[] {
    const { market } = state;
    const { tickPips, minLots } = market.terms;
    const now = period(state, at);
    const orders: RestingOrder[] = [];
    for (const [i, maker] of state.makers.entries()) {
      const view = views[i] ?? 0.5;
      const half = 0.005 + 0.065 * view * (1 - view) * (0.6 + 0.8 * noiseUnit(errorKey, market.index, i));
      // Whoever holds the other token sells it rather than buying this one: that is where MERGE comes from.
      const sells: Outcome = bids ? 1 : 0;
      let stock = accounts.lots(maker.index, market, sells);
      for (let level = 0; level < LEVELS; level++) {
        const distance = half + level * (0.007 + tickPips / PIPS_PER_USD);
        const exact = (bids ? view - distance : view + distance) * PIPS_PER_USD;
        const ticks = bids ? Math.floor(exact / tickPips) : Math.ceil(exact / tickPips);
        const pips = bids ? Math.min(bound, ticks * tickPips) : Math.max(bound, ticks * tickPips);
        if (pips < tickPips || pips > PIPS_PER_USD - tickPips) continue;
        const slot = (i * LEVELS + level) * 2 + (bids ? 1 : 0);
        const own = bids ? pips : mirror(pips);
        const usd = maker.medianUsd * (1 + 0.8 * level) * Math.exp(0.4 * noiseNormal(sizeKey, market.index, slot, now));
        const wanted = Math.max(minLots, Math.min(Math.floor((usd * PIPS_PER_USD) / own), 4_000) * LOTS_PER_SHARE);
        const quoted = stock >= minLots ? Math.min(wanted, stock) : wanted;
        const isSell = stock >= minLots;
        if (isSell) stock -= quoted;
        const lots = quoted - (state.period === now ? (state.taken.get(slot) ?? 0) : 0);
        if (lots <= 0) continue;
        const outcome = isSell ? sells : bids ? 0 : 1;
        orders.push({ wallet: maker.index, outcome, side: isSell ? "SELL" : "BUY", pips, lots, slot, patient: null });
      }
    }
    return orders;
  }

  function patientOrders(state: TradingState, at: number, bids: boolean, bound: number): RestingOrder[] {
    return state.patient
      .filter((order) => ((order.outcome === 0) === (order.side === "BUY")) === bids)
      .filter((order) => order.lots > 0 && order.expiresAt > at && (bids ? order.pips <= bound : order.pips >= bound))
      .map((order) => ({ ...order, slot: order.serial, patient: order }));
  }

  return {
    period,
    chart: (state, at) => clampProbability(logistic(chartLogit(state, at))),
    mid: (state, at) =>
      clampProbability(logistic(chartLogit(state, at) + pressureAt(state, at) + revealedAt(state, at, revealMs))),
    side(state, at, bids) {
      const { tickPips } = state.market.terms;
      const views = makerViews(state, at);
      const middle = views.reduce((sum, view) => sum + view, 0) / Math.max(1, views.length);
      // Nobody bids above the tick below the common middle and nobody offers below the next: never crossed.
      const bidBound = Math.floor((middle * PIPS_PER_USD) / tickPips) * tickPips;
      const bound = bids ? bidBound : bidBound + tickPips;
      const orders = makerOrders(state, at, bids, views, bound);
      if (state.patient.length > 0) orders.push(...patientOrders(state, at, bids, bound));
      return orders.sort((a, b) => (bids ? b.pips - a.pips : a.pips - b.pips));
    },
  };
}
