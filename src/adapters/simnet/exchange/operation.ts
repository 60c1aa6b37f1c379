import type { ExchangeVersion } from "../chain/contracts.ts";
import type { SimMarket } from "../world/market.ts";
import type { Outcome } from "../world/units.ts";

export type OutsideCall = { readonly hash: string; readonly adapter: string };

/** What a wallet does to its tokens besides trading them. Amounts in micros. */
export type Operation = {
  readonly wallet: number;
  /** Which generation of contracts it goes through. */
  readonly version: ExchangeVersion;
} & (
  | { readonly kind: "split" | "merge"; readonly market: SimMarket; readonly micros: number }
  | {
      readonly kind: "redeem";
      readonly market: SimMarket;
      readonly amounts: readonly [number, number];
      readonly payout: number;
      /** Done by a service that redeems for users. */
      readonly isAutomatic: boolean;
      /** A transaction from outside: its hash, and the adapter that it calls. */
      readonly via?: OutsideCall;
    }
  | {
      readonly kind: "convert";
      /** All questions of the event, in order, and which of them the NO was given of. */
      readonly markets: readonly SimMarket[];
      readonly given: readonly number[];
      readonly micros: number;
      readonly feeMicros: number;
    }
  | {
      readonly kind: "send";
      readonly to: number;
      readonly market: SimMarket;
      readonly outcome: Outcome;
      readonly micros: number;
    }
);
