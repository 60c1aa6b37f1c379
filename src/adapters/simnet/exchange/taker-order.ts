import type { Outcome, Side } from "../world/units.ts";

/** Fill-and-kill: what the book does not give at `limitPips` or better is dropped. */
export type TakerOrder = {
  readonly serial: number;
  readonly wallet: number;
  readonly outcome: Outcome;
  readonly side: Side;
  /** In the token's own price. */
  readonly limitPips: number;
  readonly lots: number;
  /** Collateral in micros that it may spend at most, fee apart; null: as much as its lots cost. */
  readonly budget: number | null;
  /** Of an order that somebody signed; null: its hash follows from its serial number. */
  readonly orderHash: string | null;
};

/** Marks the key of an order that is not a maker's quote. */
export const OWN_SERIAL = 0xffff_ffff;
