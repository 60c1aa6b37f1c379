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
  settle(state: TradingState, order: TakerOrder, resting: RestingOrder, lots: number, version: ExchangeVersion): Leg;
  /** @returns what the taker is charged and given back: in outcome tokens on a V1 BUY, otherwise in collateral; micros. */
  chargeTaker(state: TradingState, order: TakerOrder, version: ExchangeVersion, cash: number, lots: number): Charge;
};

export type Charge = Pick<Leg, "fee" | "refund">;

const NO_CHARGE: Charge = { fee: 0, refund: 0 };
/** Takers get back nothing, half or all: what the operator asks is less than what was signed. */
const REFUNDED_SHARES = [0, 0.5, 0.5, 1];

export function createSettlement(accounts: Accounts, pot: number, feeReceiver: number): Settlement {
  function settle(
    state: TradingState,
    order: TakerOrder,
    resting: RestingOrder,
    lots: number,
    version: ExchangeVersion,
  ): Leg {
    const { market } = state;
    const [taker, maker] = [order.wallet, resting.wallet];
    const shares = sharesOf(lots);
    const makerCash = cashOf(lots, priceFor(resting.outcome, resting.pips));
    const takerCash = cashOf(lots, priceFor(order.outcome, resting.pips));
    if (resting.side === "BUY") accounts.ensureCash(maker, makerCash);
    if (order.side !== resting.side) {
      const [buyer, seller] = order.side === "BUY" ? [taker, maker] : [maker, taker];
      accounts.moveCash(market, buyer, seller, takerCash);
      accounts.moveTokens(seller, buyer, market, order.outcome, shares);
    } else if (order.side === "BUY") {
      accounts.moveCash(market, maker, pot, makerCash);
      accounts.moveCash(market, taker, pot, takerCash);
      accounts.split(pot, market, shares);
      accounts.moveTokens(pot, maker, market, resting.outcome, shares);
      accounts.moveTokens(pot, taker, market, order.outcome, shares);
    } else {
      accounts.moveTokens(maker, pot, market, resting.outcome, shares);
      accounts.moveTokens(taker, pot, market, order.outcome, shares);
      accounts.merge(pot, market, shares);
      accounts.moveCash(market, pot, maker, makerCash);
      accounts.moveCash(market, pot, taker, takerCash);
    }
    const signed = resting.slot * 2 + (resting.side === "SELL" ? 1 : 0);
    const key: Leg["key"] =
      resting.patient === null ? [state.period, signed, resting.pips] : [OWN_SERIAL, resting.slot, 0];
    const { v1FeeBps } = market.terms;
    const fee = version === 1 ? takerFeeV1(resting.side, makerCash, shares, v1FeeBps) : 0;
    return {
      wallet: maker,
      outcome: resting.outcome,
      side: resting.side,
      lots,
      cash: makerCash,
      fee,
      refund: fee,
      key,
      orderHash: resting.patient?.orderHash ?? null,
    };
  }

  function chargeTaker(
    state: TradingState,
    order: TakerOrder,
    version: ExchangeVersion,
    cash: number,
    lots: number,
  ): Charge {
    const { market } = state;
    const { takerRateBps, v1FeeBps } = market.terms;
    if (version === 2) {
      const fee = takerFeeV2(cash, sharesOf(lots), takerRateBps);
      if (fee > 0) accounts.moveCash(market, order.wallet, feeReceiver, fee);
      return { fee, refund: 0 };
    }
    const fee = v1FeeBps === 0 ? 0 : takerFeeV1(order.side, cash, sharesOf(lots), v1FeeBps);
    if (fee === 0) return NO_CHARGE;
    const refund = Math.floor(fee * (REFUNDED_SHARES[order.serial % REFUNDED_SHARES.length] ?? 0));
    if (order.side === "BUY") accounts.moveTokens(order.wallet, feeReceiver, market, order.outcome, fee - refund);
    else accounts.moveCash(market, order.wallet, feeReceiver, fee - refund);
    return { fee, refund };
  }

  return { settle, chargeTaker };
}
