import type { ExchangeVersion } from "../chain/contracts.ts";
import type { SimMarket } from "../world/market.ts";
import type { Outcome, Side } from "../world/units.ts";

/** One order's part in a match. */
export type Leg = {
  readonly wallet: number;
  readonly outcome: Outcome;
  readonly side: Side;
  readonly lots: number;
  /** Collateral in micros, gross of the fee. */
  readonly cash: number;
  /** As the exchange charges it. V1 BUY: outcome tokens in micros; otherwise collateral in micros. */
  readonly fee: number;
  /** Of it, what V1's fee module gives back in the same transaction: all of it to makers. */
  readonly refund: number;
  /** The hash of an order that nobody signed follows from this, which no other order of the market has. */
  readonly key: readonly [number, number, number];
  /** Of an order that somebody signed. */
  readonly orderHash: string | null;
};

export type Match = {
  readonly market: SimMarket;
  readonly version: ExchangeVersion;
  readonly makers: readonly Leg[];
  readonly taker: Leg;
};
