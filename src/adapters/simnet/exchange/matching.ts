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
  /** As `execute`, with a match for each price. */
  executeByPrice(state: TradingState, order: TakerOrder, version: ExchangeVersion, at: number): readonly Match[];
};

/** A resting order and how much of it the taker gets, at `own` pips in the taker's token. */
export type Crossing = { readonly resting: RestingOrder; readonly lots: number; readonly own: number };

/** What a lot takes from the owner of a resting order: a token, or cash at its price. */
type Draw = { readonly of: string; readonly perLot: number };
const drawOf = ({ wallet, side, outcome, pips }: RestingOrder): Draw =>
  side === "BUY"
    ? { of: `${wallet} cash`, perLot: priceFor(outcome, pips) }
    : { of: `${wallet} ${outcome}`, perLot: 1 };

/** What the order would be matched with now, best price first. A look: nothing changes. */
export function findCrossings(accounts: Accounts, quotes: Quotes, state: TradingState, order: TakerOrder, at: number) {
  const hitsAsks = (order.outcome === 0) === (order.side === "BUY");
  const given = new Map<string, number>();
  /** What the owner of a resting order can really deliver, besides what is taken of it here already. */
  function deliverable({ wallet, side, outcome, lots }: RestingOrder, { of, perLot }: Draw): number {
    if (side === "BUY" && accounts.hasCredit(wallet)) return lots;
    const held = side === "BUY" ? accounts.cash(wallet) : accounts.lots(wallet, state.market, outcome);
    return Math.min(lots, Math.floor((held - (given.get(of) ?? 0)) / perLot));
  }
  const crossings: Crossing[] = [];
  let budget = order.budget ?? Number.POSITIVE_INFINITY;
  let left =
    order.side === "SELL" ? Math.min(order.lots, accounts.lots(order.wallet, state.market, order.outcome)) : order.lots;
  for (const resting of quotes.side(state, at, !hitsAsks)) {
    const own = priceFor(order.outcome, resting.pips);
    if (left <= 0 || (order.side === "BUY" ? own > order.limitPips : own < order.limitPips)) break;
    if (resting.wallet === order.wallet) continue;
    const draw = drawOf(resting);
    const lots = Math.min(left, deliverable(resting, draw), Math.floor(budget / own));
    if (lots <= 0) continue;
    given.set(draw.of, (given.get(draw.of) ?? 0) + lots * draw.perLot);
    crossings.push({ resting, lots, own });
    left -= lots;
    budget -= cashOf(lots, own);
  }
  return { hitsAsks, crossings };
}

export function createMatchingEngine(accounts: Accounts, quotes: Quotes, settlement: Settlement): MatchingEngine {
  function take(state: TradingState, resting: RestingOrder, lots: number): void {
    if (resting.patient !== null) resting.patient.lots -= lots;
    else state.taken.set(resting.slot, (state.taken.get(resting.slot) ?? 0) + lots);
  }

  function settle(
    state: TradingState,
    order: TakerOrder,
    crossings: readonly Crossing[],
    version: ExchangeVersion,
  ): Match {
    const makers: Leg[] = [];
    let cash = 0;
    let lots = 0;
    for (const { resting, lots: taken, own } of crossings) {
      makers.push(settlement.settle(state, order, resting, taken, version));
      take(state, resting, taken);
      lots += taken;
      cash += cashOf(taken, own);
      state.lastPips = resting.pips;
    }
    const charge = settlement.chargeTaker(state, order, version, cash, lots);
    const key: Leg["key"] = [OWN_SERIAL, order.serial, 1];
    const { wallet, outcome, side, orderHash } = order;
    const taker: Leg = { wallet, outcome, side, lots, cash, ...charge, key, orderHash };
    return { market: state.market, version, makers, taker };
  }

  /** @param split what becomes one match each */
  function execute(
    state: TradingState,
    order: TakerOrder,
    version: ExchangeVersion,
    at: number,
    split: (crossings: readonly Crossing[]) => readonly (readonly Crossing[])[],
  ): readonly Match[] {
    const { crossings, hitsAsks } = findCrossings(accounts, quotes, state, order, at);
    const period = quotes.period(state, at);
    if (state.period !== period) {
      state.period = period;
      state.taken.clear();
    }
    if (crossings.length === 0) return [];
    // Room for the fee on top: never more than a tenth of the cash at any price and rate of the schedule.
    if (order.side === "BUY") accounts.ensureCash(order.wallet, Math.ceil(cashOf(order.lots, order.limitPips) * 1.1));
    const matches = split(crossings).map((part) => settle(state, order, part, version));
    const cash = matches.reduce((sum, { taker }) => sum + taker.cash, 0);
    state.volumeMicros += cash;
    pressPrice(state, hitsAsks ? 1 : -1, cash, at);
    return matches;
  }

  return {
    execute: (state, order, version, at) => execute(state, order, version, at, (all) => [all])[0] ?? null,
    executeByPrice: (state, order, version, at) => execute(state, order, version, at, byPrice),
  };
}

/** Best price first. */
export const byPrice = (crossings: readonly Crossing[]): readonly (readonly Crossing[])[] => [
  ...Map.groupBy(crossings, ({ own }) => own).values(),
];

/** Tokens that a BUY really brings in: V1 keeps the fee in tokens. */
export const receivedLots = (match: Match): number =>
  match.version === 1 && match.taker.side === "BUY"
    ? Math.floor((sharesOf(match.taker.lots) - match.taker.fee + match.taker.refund) / LOT_MICROS)
    : match.taker.lots;
