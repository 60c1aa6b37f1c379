/**
 * Units of the simulated exchange. Sizes are whole *lots* of 0.01 share (the venue's size precision) and prices whole
 * *pips* of 0.0001 USD (its finest tick), so that `lots · pips` is the collateral in micros, exactly, with no division.
 */
export const LOT_MICROS = 10_000;
export const LOTS_PER_SHARE = 100;
export const PIPS_PER_USD = 10_000;

/** Collateral in micros. */
export const cashOf = (lots: number, pips: number): number => lots * pips;
/** Shares in micros. */
export const sharesOf = (lots: number): number => lots * LOT_MICROS;
export const lotsFor = (usd: number, pips: number): number => Math.floor((usd * LOTS_PER_SHARE * PIPS_PER_USD) / pips);

export type Side = "BUY" | "SELL";
export type Outcome = 0 | 1;

export const otherOutcome = (outcome: Outcome): Outcome => (outcome === 0 ? 1 : 0);
/** The same price seen from the other token: a bid for one is an offer of the other. */
export const mirror = (pips: number): number => PIPS_PER_USD - pips;
/** Price of `outcome` when outcome 0 stands at `pips`. */
export const priceFor = (outcome: Outcome, pips: number): number => (outcome === 0 ? pips : mirror(pips));
