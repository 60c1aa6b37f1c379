import type { ExchangeVersion } from "../chain/contracts.ts";
import type { SimMarket } from "../world/market.ts";
import { cashOf, mirror, type Outcome, type Side, sharesOf } from "../world/units.ts";
import type { Accounts } from "./accounts.ts";
import { takerFeeV2 } from "./fees.ts";
import type { Match } from "./match.ts";
import { byPrice, createMatchingEngine, findCrossings } from "./matching.ts";
import type { Quotes } from "./quotes.ts";
import { createSettlement } from "./settlement.ts";
import type { TakerOrder } from "./taker-order.ts";
import type { PatientOrder, TradingState } from "./trading-state.ts";

export type CustomerOrder = {
  readonly wallet: number;
  readonly outcome: Outcome;
  readonly side: Side;
  /** In the token's own price, on the tick. */
  readonly limitPips: number;
  readonly lots: number;
  /** Collateral in micros that it may spend at most, fee apart; null: as much as its lots cost. */
  readonly budget: number | null;
  readonly orderHash: string;
};

/** What an order would get from the book now; `fee` and `cash` in micros. */
export type Preview = { readonly lots: number; readonly cash: number; readonly fee: number };

/** The simulated book for orders from outside. */
export type OrderEntry = {
  preview(market: SimMarket, order: CustomerOrder, at: number): Preview;
  /**
   * Takes what crosses; each price level is a match of its own, all in one transaction.
   * @param fails the venue believes in these matches, but nothing reaches the chain and nothing is exchanged
   */
  take(market: SimMarket, order: CustomerOrder, at: number, fails: boolean): readonly Match[];
  /** It is in the book while the makers' prices leave it room: one that they have passed is not hit by them. */
  rest(market: SimMarket, order: CustomerOrder, expiresAt: number): PatientOrder;
};

export type OrderEntryDeps = {
  readonly accounts: Accounts;
  readonly quotes: Quotes;
  readonly pot: number;
  readonly feeReceiver: number;
  readonly stateOf: (market: SimMarket) => TradingState | undefined;
  readonly versionAt: (at: number) => ExchangeVersion;
  readonly settle: (matches: readonly Match[], at: number) => void;
};

export function createOrderEntry(deps: OrderEntryDeps): OrderEntry {
  const { accounts, quotes, stateOf } = deps;
  const engineOver = (books: Accounts) =>
    createMatchingEngine(books, quotes, createSettlement(books, deps.pot, deps.feeReceiver));
  const real = engineOver(accounts);
  const failing = engineOver(withoutMoves(accounts));

  const taker = (order: CustomerOrder): TakerOrder => ({ ...order, serial: 0 });

  return {
    preview(market, order, at) {
      const state = stateOf(market);
      const sum = { lots: 0, cash: 0, fee: 0 };
      const crossings = state === undefined ? [] : findCrossings(accounts, quotes, state, taker(order), at).crossings;
      for (const level of byPrice(crossings)) {
        const lots = level.reduce((total, crossing) => total + crossing.lots, 0);
        const cash = cashOf(lots, level[0]?.own ?? 0);
        sum.lots += lots;
        sum.cash += cash;
        sum.fee += takerFeeV2(cash, sharesOf(lots), market.terms.takerRateBps);
      }
      return sum;
    },
    take(market, order, at, fails) {
      const state = stateOf(market);
      if (state === undefined) return [];
      const matches = (fails ? failing : real).executeByPrice(state, taker(order), deps.versionAt(at), at);
      if (matches.length > 0 && !fails) deps.settle(matches, at);
      return matches;
    },
    rest(market, { wallet, outcome, side, limitPips, lots, orderHash }, expiresAt) {
      const pips = outcome === 0 ? limitPips : mirror(limitPips);
      const resting = { ...{ wallet, outcome, side, pips, lots, orderHash }, serial: 0, expiresAt };
      stateOf(market)?.patient.push(resting);
      return resting;
    },
  };
}

function withoutMoves(accounts: Accounts): Accounts {
  const nothing = (): void => {};
  return { ...accounts, moveCash: nothing, moveTokens: nothing, split: nothing, merge: nothing, ensureCash: nothing };
}
