import type { ExchangeVersion } from "../chain/contracts.ts";
import { cashOf, LOT_MICROS, type Outcome, priceFor, type Side, sharesOf } from "../world/units.ts";
import type { Accounts } from "./accounts.ts";
import { takerFeeV1, takerFeeV2 } from "./fees.ts";
import type { Leg, Match } from "./match.ts";
import type { Quotes, RestingOrder } from "./quotes.ts";
import { pressPrice, type TradingState } from "./trading-state.ts";

/** Fill-and-kill: what the book does not give at `limitPips` or better is dropped. */
export type TakerOrder = {
  readonly serial: number;
  readonly wallet: number;
  readonly outcome: Outcome;
  readonly side: Side;
  /** In the token's own price. */
  readonly limitPips: number;
  readonly lots: number;
};

/** Marks the key of an order that is not a maker's quote. */
export const OWN_SERIAL = 0xffff_ffff;

export type MatchingEngine = {
  /** @returns null when nothing crossed. */
  execute(state: TradingState, order: TakerOrder, version: ExchangeVersion, at: number): Match | null;
};

export function createMatchingEngine(accounts: Accounts, quotes: Quotes, pot: number, feeReceiver: number): MatchingEngine {
  /** Maker's cash and tokens against the taker's, for `lots` of one resting order. */
  function settle(state: TradingState, order: TakerOrder, resting: RestingOrder, lots: number): Leg {
    const { market } = state;
    const [taker, maker] = [order.wallet, resting.wallet];
    const shares = sharesOf(lots);
    const makerCash = cashOf(lots, priceFor(resting.outcome, resting.pips));
    const takerCash = cashOf(lots, priceFor(order.outcome, resting.pips));
    if (resting.side === "BUY") accounts.ensureCash(maker, makerCash);
    if (order.side !== resting.side) {
      const [buyer, seller] = order.side === "BUY" ? [taker, maker] : [maker, taker];
      accounts.moveCash(buyer, seller, takerCash);
      accounts.moveTokens(seller, buyer, market, order.outcome, shares);
    } else if (order.side === "BUY") {
      accounts.moveCash(maker, pot, makerCash);
      accounts.moveCash(taker, pot, takerCash);
      accounts.split(pot, market, shares);
      accounts.moveTokens(pot, maker, market, resting.outcome, shares);
      accounts.moveTokens(pot, taker, market, order.outcome, shares);
    } else {
      accounts.moveTokens(maker, pot, market, resting.outcome, shares);
      accounts.moveTokens(taker, pot, market, order.outcome, shares);
      accounts.merge(pot, market, shares);
      accounts.moveCash(pot, maker, makerCash);
      accounts.moveCash(pot, taker, takerCash);
    }
    const signed = resting.slot * 2 + (resting.side === "SELL" ? 1 : 0);
    const key: Leg["key"] = resting.patient === null ? [state.period, signed, resting.pips] : [OWN_SERIAL, resting.slot, 0];
    return { wallet: maker, outcome: resting.outcome, side: resting.side, lots, cash: makerCash, fee: 0, key };
  }

  function chargeTaker(state: TradingState, order: TakerOrder, version: ExchangeVersion, cash: number, lots: number): number {
    const { terms } = state.market;
    if (version === 2) {
      const fee = takerFeeV2(cash, sharesOf(lots), terms.takerRateBps);
      if (fee > 0) accounts.moveCash(order.wallet, feeReceiver, fee);
      return fee;
    }
    const fee = terms.v1FeeBps === 0 ? 0 : takerFeeV1(order.side, cash, sharesOf(lots), terms.v1FeeBps);
    if (fee === 0) return 0;
    if (order.side === "BUY") accounts.moveTokens(order.wallet, feeReceiver, state.market, order.outcome, fee);
    else accounts.moveCash(order.wallet, feeReceiver, fee);
    return fee;
  }

  function take(state: TradingState, resting: RestingOrder, lots: number): void {
    if (resting.patient !== null) resting.patient.lots -= lots;
    else state.taken.set(resting.slot, (state.taken.get(resting.slot) ?? 0) + lots);
  }

  /** What the owner of a resting order can really deliver. */
  function deliverable(state: TradingState, resting: RestingOrder): number {
    if (resting.side === "BUY") return resting.lots;
    return Math.min(resting.lots, accounts.lots(resting.wallet, state.market, resting.outcome));
  }

  return {
    execute(state, order, version, at) {
      const hitsAsks = (order.outcome === 0) === (order.side === "BUY");
      const makers: Leg[] = [];
      let left = order.side === "SELL" ? Math.min(order.lots, accounts.lots(order.wallet, state.market, order.outcome)) : order.lots;
      // Room for the fee on top: never more than a tenth of the cash at any price and rate of the schedule.
      if (order.side === "BUY") accounts.ensureCash(order.wallet, Math.ceil(cashOf(left, order.limitPips) * 1.1));
      const book = quotes.side(state, at, !hitsAsks);
      const period = quotes.period(state, at);
      if (state.period !== period) {
        state.period = period;
        state.taken.clear();
      }
      let cash = 0;
      let lots = 0;
      for (const resting of book) {
        const own = priceFor(order.outcome, resting.pips);
        if (left <= 0 || (order.side === "BUY" ? own > order.limitPips : own < order.limitPips)) break;
        const taken = resting.wallet === order.wallet ? 0 : Math.min(left, deliverable(state, resting));
        if (taken <= 0) continue;
        makers.push(settle(state, order, resting, taken));
        take(state, resting, taken);
        left -= taken;
        lots += taken;
        cash += cashOf(taken, own);
        state.lastPips = resting.pips;
      }
      if (lots === 0) return null;
      const fee = chargeTaker(state, order, version, cash, lots);
      state.volumeMicros += cash;
      pressPrice(state, hitsAsks ? 1 : -1, cash, at);
      const key: Leg["key"] = [OWN_SERIAL, order.serial, 1];
      const taker: Leg = { wallet: order.wallet, outcome: order.outcome, side: order.side, lots, cash, fee, key };
      return { market: state.market, version, makers, taker };
    },
  };
}

/** Tokens that a BUY really brings in: V1 keeps the fee in tokens. */
export const receivedLots = (match: Match): number =>
  match.version === 1 && match.taker.side === "BUY"
    ? Math.floor((sharesOf(match.taker.lots) - match.taker.fee) / LOT_MICROS)
    : match.taker.lots;
