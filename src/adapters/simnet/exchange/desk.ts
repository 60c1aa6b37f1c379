import type { ExchangeVersion } from "../chain/contracts.ts";
import { noiseUnit } from "../random/noise.ts";
import type { Agenda } from "../world/agenda.ts";
import type { SimMarket } from "../world/market.ts";
import { mirror, type Outcome, PIPS_PER_USD, priceFor, type Side } from "../world/units.ts";
import type { SimWallet } from "../world/wallets.ts";
import type { Accounts } from "./accounts.ts";
import type { Match } from "./match.ts";
import { type MatchingEngine, receivedLots } from "./matching.ts";
import type { Quotes } from "./quotes.ts";
import type { TradingState } from "./trading-state.ts";

export type Execution = {
  /** Tokens that changed hands for the wallet, net of a fee in tokens. */
  readonly lots: number;
  /** Average price in the token's own terms, before fees. */
  readonly pips: number;
};

/** All that a simulated wallet can see and do. It never sees the fair probability or the outcome. */
export type Desk = {
  later(at: number, action: (at: number) => void): void;
  isOpen(market: SimMarket, at: number): boolean;
  /** Probability of the outcome as the quotes have it. */
  mid(market: SimMarket, outcome: Outcome, at: number): number;
  chart(market: SimMarket, outcome: Outcome, at: number): number;
  /** Best price for buying (the token's own ask) or selling (its bid); null where the book is empty. */
  best(market: SimMarket, outcome: Outcome, side: Side, at: number): number | null;
  lots(wallet: SimWallet, market: SimMarket, outcome: Outcome): number;
  /** What made somebody buy the outcome, for the world to learn where it learns at all. */
  reveal(market: SimMarket, outcome: Outcome, logOdds: number, at: number): void;
  /** Takes from the book at once. @returns null when nothing was filled. */
  trade(wallet: SimWallet, market: SimMarket, order: DeskOrder, at: number): Execution | null;
  /** Leaves a limit order in the book for `ttlMs`. */
  rest(wallet: SimWallet, market: SimMarket, order: DeskOrder & { readonly ttlMs: number }, at: number): void;
};

export type DeskOrder = {
  readonly outcome: Outcome;
  readonly side: Side;
  readonly lots: number;
  /** Worst acceptable price in the token's own terms; brought onto the tick, inwards. */
  readonly limitPips: number;
};

export type DeskDeps = {
  readonly agenda: Agenda;
  readonly accounts: Accounts;
  readonly quotes: Quotes;
  readonly engine: MatchingEngine;
  readonly stateOf: (market: SimMarket) => TradingState | undefined;
  readonly versionAt: (at: number) => ExchangeVersion;
  /** All matches of one transaction. */
  readonly settle: (matches: readonly Match[], at: number) => void;
  readonly sliceKey: number;
};

/** Shares of large orders are sometimes sent in two, settled in one transaction. */
const SLICED = 0.06;

export function createDesk(deps: DeskDeps): Desk {
  const { agenda, accounts, quotes, engine } = deps;
  let serial = 0;

  const isOpen = (market: SimMarket, at: number): boolean =>
    at >= market.opensAt && at < market.endsAt && deps.stateOf(market) !== undefined;

  function toTick(market: SimMarket, side: Side, pips: number): number {
    const { tickPips } = market.terms;
    const ticks = side === "BUY" ? Math.floor(pips / tickPips) : Math.ceil(pips / tickPips);
    return Math.min(PIPS_PER_USD - tickPips, Math.max(tickPips, ticks * tickPips));
  }

  return {
    later: (at, action) => agenda.at(at, action),
    isOpen,
    mid(market, outcome, at) {
      const state = deps.stateOf(market);
      return chanceOf(outcome, state && quotes.mid(state, at));
    },
    chart(market, outcome, at) {
      const state = deps.stateOf(market);
      return chanceOf(outcome, state && quotes.chart(state, at));
    },
    best(market, outcome, side, at) {
      const state = deps.stateOf(market);
      const hitsAsks = (outcome === 0) === (side === "BUY");
      const [top] = state === undefined ? [] : quotes.side(state, at, !hitsAsks);
      return top === undefined ? null : priceFor(outcome, top.pips);
    },
    lots: (wallet, market, outcome) => accounts.lots(wallet.index, market, outcome),
    reveal(market, outcome, logOdds, at) {
      deps.stateOf(market)?.revealed.push({ at, logOdds: outcome === 0 ? logOdds : -logOdds });
    },
    trade(wallet, market, order, at) {
      const state = deps.stateOf(market);
      const { minLots } = market.terms;
      if (state === undefined || !isOpen(market, at) || order.lots < 1) return null;
      const limitPips = toTick(market, order.side, order.limitPips);
      const first = serial + 1;
      const isSliced = order.lots >= 4 * minLots && noiseUnit(deps.sliceKey, first) < SLICED;
      const half = Math.floor(order.lots / 2);
      const matches = (isSliced ? [half, order.lots - half] : [order.lots])
        .map((lots) => {
          serial += 1;
          const { outcome, side } = order;
          const own = { serial, wallet: wallet.index, orderHash: null };
          const taker = { ...own, outcome, side, limitPips, lots, budget: null };
          return engine.execute(state, taker, deps.versionAt(at), at);
        })
        .filter((match) => match !== null);
      if (matches.length === 0) return null;
      deps.settle(matches, at);
      const cash = matches.reduce((sum, match) => sum + match.taker.cash, 0);
      const gross = matches.reduce((sum, match) => sum + match.taker.lots, 0);
      return { lots: matches.reduce((sum, match) => sum + receivedLots(match), 0), pips: cash / gross };
    },
    rest(wallet, market, order, at) {
      const state = deps.stateOf(market);
      if (state === undefined || !isOpen(market, at)) return;
      serial += 1;
      const own = toTick(market, order.side, order.limitPips);
      state.patient = state.patient.filter((resting) => resting.lots > 0 && resting.expiresAt > at);
      state.patient.push({
        serial,
        wallet: wallet.index,
        orderHash: null,
        outcome: order.outcome,
        side: order.side,
        pips: order.outcome === 0 ? own : mirror(own),
        expiresAt: Math.min(at + order.ttlMs, market.endsAt),
        lots: order.lots,
      });
    },
  };
}

/** @param p probability of outcome 0; a market without quotes is a coin. */
const chanceOf = (outcome: Outcome, p: number | undefined): number =>
  p === undefined ? 0.5 : outcome === 0 ? p : 1 - p;
