import type { ExchangeVersion } from "../chain/contracts.ts";
import type { SimMarket } from "../world/market.ts";
import type { Outcome, Side } from "../world/units.ts";

/** One order's part in a match. Its hash follows from `key`, which no other order of the market has. */
export type Leg = {
  readonly wallet: number;
  readonly outcome: Outcome;
  readonly side: Side;
  readonly lots: number;
  /** Collateral in micros, gross of the fee. */
  readonly cash: number;
  /** V1 BUY: outcome tokens in micros; otherwise collateral in micros. Makers pay none. */
  readonly fee: number;
  readonly key: readonly [number, number, number];
};

export type Match = {
  readonly market: SimMarket;
  readonly version: ExchangeVersion;
  readonly makers: readonly Leg[];
  readonly taker: Leg;
};
