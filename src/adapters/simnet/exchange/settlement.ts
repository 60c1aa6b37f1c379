import type { ExchangeVersion } from "../chain/contracts.ts";
import { cashOf, priceFor, sharesOf } from "../world/units.ts";
import type { Accounts } from "./accounts.ts";
import { takerFeeV1, takerFeeV2 } from "./fees.ts";
import type { Leg } from "./match.ts";
import type { RestingOrder } from "./quotes.ts";
import { OWN_SERIAL, type TakerOrder } from "./taker-order.ts";
import type { TradingState } from "./trading-state.ts";

/** Moves money and tokens as the exchange contract does. */
export type Settlement = {
  /** `lots` of one resting order against the taker, at the resting price. @returns the maker's leg. */
  settle(state: TradingState, order: TakerOrder, resting: RestingOrder, lots: number): Leg;
  /** @returns the taker's fee: in outcome tokens on a V1 BUY, otherwise in collateral; micros. */
  chargeTaker(state: TradingState, order: TakerOrder, version: ExchangeVersion, cash: number, lots: number): number;
};

export function createSettlement(accounts: Accounts, pot: number, feeReceiver: number): Settlement {
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
    const key: Leg["key"] =
      resting.patient === null ? [state.period, signed, resting.pips] : [OWN_SERIAL, resting.slot, 0];
    return { wallet: maker, outcome: resting.outcome, side: resting.side, lots, cash: makerCash, fee: 0, key };
  }

  function chargeTaker(
    state: TradingState,
    order: TakerOrder,
    version: ExchangeVersion,
    cash: number,
    lots: number,
  ): number {
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

  return { settle, chargeTaker };
}
