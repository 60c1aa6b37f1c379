import type { ExchangeVersion } from "../chain/contracts.ts";
import { cashOf, LOT_MICROS, priceFor, sharesOf } from "../world/units.ts";
import type { Accounts } from "./accounts.ts";
import type { Leg, Match } from "./match.ts";
import type { Quotes, RestingOrder } from "./quotes.ts";
import type { Settlement } from "./settlement.ts";
import { OWN_SERIAL, type TakerOrder } from "./taker-order.ts";
import { pressPrice, type TradingState } from "./trading-state.ts";

export type MatchingEngine = {
  /** @returns null when nothing crossed. */
  execute(state: TradingState, order: TakerOrder, version: ExchangeVersion, at: number): Match | null;
};

export function createMatchingEngine(accounts: Accounts, quotes: Quotes, settlement: Settlement): MatchingEngine {
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
      let left =
        order.side === "SELL"
          ? Math.min(order.lots, accounts.lots(order.wallet, state.market, order.outcome))
          : order.lots;
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
        makers.push(settlement.settle(state, order, resting, taken, version));
        take(state, resting, taken);
        left -= taken;
        lots += taken;
        cash += cashOf(taken, own);
        state.lastPips = resting.pips;
      }
      if (lots === 0) return null;
      const charge = settlement.chargeTaker(state, order, version, cash, lots);
      state.volumeMicros += cash;
      pressPrice(state, hitsAsks ? 1 : -1, cash, at);
      const key: Leg["key"] = [OWN_SERIAL, order.serial, 1];
      const taker: Leg = { wallet: order.wallet, outcome: order.outcome, side: order.side, lots, cash, ...charge, key };
      return { market: state.market, version, makers, taker };
    },
  };
}

/** Tokens that a BUY really brings in: V1 keeps the fee in tokens. */
export const receivedLots = (match: Match): number =>
  match.version === 1 && match.taker.side === "BUY"
    ? Math.floor((sharesOf(match.taker.lots) - match.taker.fee + match.taker.refund) / LOT_MICROS)
    : match.taker.lots;
