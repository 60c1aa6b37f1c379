import type { SimMarket } from "../world/market.ts";
import type { Outcome, Side } from "../world/units.ts";
import type { SimWallet } from "../world/wallets.ts";

/** A limit order of a wallet that is no market maker; rests until it is filled or expires. */
export type PatientOrder = {
  readonly serial: number;
  readonly wallet: number;
  readonly outcome: Outcome;
  readonly side: Side;
  /** In terms of outcome 0. */
  readonly pips: number;
  /** Of an order that somebody signed; null: its hash follows from its serial number. */
  readonly orderHash: string | null;
  readonly expiresAt: number;
  lots: number;
};

/** What changes about a market while it trades. */
export type TradingState = {
  readonly market: SimMarket;
  readonly makers: readonly SimWallet[];
  /** Push of recent orders on the quotes, in log-odds, as of `pressureAt`; it fades. */
  pressure: number;
  pressureAt: number;
  /** Lots taken from the makers' quotes of this period, by slot; a new period brings fresh quotes. */
  period: number;
  taken: Map<number, number>;
  patient: PatientOrder[];
  /** What informed buyers knew, in log-odds of outcome 0, with when they bought. */
  revealed: { readonly at: number; readonly logOdds: number }[];
  /** Last price in terms of outcome 0; null before the first match. */
  lastPips: number | null;
  /** Cash paid and received by takers, in micros. */
  volumeMicros: number;
};

const PRESSURE_PER_USD = 0.00035;
const PRESSURE_MAX = 0.5;
const PRESSURE_FADE_MS = 100_000;

export const createTradingState = (market: SimMarket, makers: readonly SimWallet[]): TradingState => ({
  market,
  makers,
  pressure: 0,
  pressureAt: market.createdAt,
  period: -1,
  taken: new Map(),
  patient: [],
  revealed: [],
  lastPips: null,
  volumeMicros: 0,
});

export const pressureAt = (state: TradingState, at: number): number =>
  state.pressure === 0 ? 0 : state.pressure * Math.exp((state.pressureAt - at) / PRESSURE_FADE_MS);

/** Orders move the quotes: makers cannot tell who knows something. @param direction 1 towards outcome 0, -1 away. */
export function pressPrice(state: TradingState, direction: 1 | -1, cashMicros: number, at: number): void {
  const next = pressureAt(state, at) + direction * (cashMicros / 1e6) * PRESSURE_PER_USD;
  state.pressure = Math.min(PRESSURE_MAX, Math.max(-PRESSURE_MAX, next));
  state.pressureAt = at;
}

/** What of it the public knows by then. */
export function revealedAt({ revealed }: TradingState, at: number, revealMs: number | null): number {
  if (revealMs === null) return 0;
  return revealed.reduce((sum, each) => sum + each.logOdds * Math.min(1, Math.max(0, (at - each.at) / revealMs)), 0);
}
