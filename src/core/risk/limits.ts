import { minUsd, portionBps, type UsdMicros, usd } from "../money/amounts.ts";
import { DAY_MS, HOUR_MS, SECOND_MS } from "../time/time.ts";

/** The limits of strategy section 6, all of them. Shares of capital are in basis points. */
export type RiskLimits = {
  /** Size is cut to this, not refused. */
  readonly maxPositionUsd: UsdMicros;
  readonly minConfidence: number;
  readonly maxOpenPositions: number;
  /** Loss of the UTC day, realised and unrealised; the smaller of the two counts. */
  readonly maxDailyLossUsd: UsdMicros;
  readonly maxDailyLossBps: bigint;
  /** How long entries stop after the day's loss reached its limit; exits go on. */
  readonly entriesStopMs: number;
  /** Size is cut to this, not refused. */
  readonly maxSignalBps: bigint;
  readonly maxDeployedBps: bigint;
  /** Worst case of all positions in one event group. */
  readonly maxEventBps: bigint;
  /** Fall of the bid's value under cost at which a position is sold. */
  readonly stopLossBps: bigint;
  /** How long a market is left alone after a stop loss in it. */
  readonly stopCooldownMs: number;
  /** So many closed positions in a row without a profit stop entries for `lossStreakPauseMs`. */
  readonly lossStreakMax: number;
  readonly lossStreakPauseMs: number;
  /** Fall of the equity from its peak that stops entries for `drawdownPauseMs`. */
  readonly maxDrawdownBps: bigint;
  readonly drawdownPauseMs: number;
  readonly dataAgeMsMax: number;
  /** Marketable orders under this are refused by the venue. */
  readonly minOrderUsd: UsdMicros;
};

export const DEFAULT_RISK_LIMITS: RiskLimits = {
  maxPositionUsd: usd(1_000_000_000n),
  minConfidence: 0.7,
  maxOpenPositions: 5,
  maxDailyLossUsd: usd(500_000_000n),
  maxDailyLossBps: 1_000n,
  entriesStopMs: DAY_MS,
  maxSignalBps: 2_000n,
  maxDeployedBps: 5_000n,
  maxEventBps: 2_000n,
  stopLossBps: 1_500n,
  stopCooldownMs: HOUR_MS,
  lossStreakMax: 5,
  lossStreakPauseMs: 6 * HOUR_MS,
  maxDrawdownBps: 2_000n,
  drawdownPauseMs: DAY_MS,
  dataAgeMsMax: 10 * SECOND_MS,
  minOrderUsd: usd(1_000_000n),
};

/** ACTIVE: all. REDUCING: exits only. HALTED: nothing but cancels. Kept over restarts. */
export type TradingState = "ACTIVE" | "REDUCING" | "HALTED";

/** Our own "no", before anything was sent. */
export type RiskCode =
  | "TRADING_PAUSED"
  | "DAILY_LOSS_LIMIT"
  | "LOSS_STREAK"
  | "DRAWDOWN_AT_MAX"
  | "MARKET_COOLDOWN"
  | "CONFIDENCE_BELOW_MIN"
  | "MARKET_CLOSED"
  | "DATA_STALE"
  | "BOOK_EMPTY"
  | "SLIPPAGE_ABOVE_MAX"
  | "MARKET_ALREADY_HELD"
  | "POSITIONS_AT_MAX"
  | "KELLY_NOT_POSITIVE"
  | "BELOW_MIN_SIZE"
  | "DEPLOYED_AT_MAX"
  | "EVENT_EXPOSURE_AT_MAX"
  | "CASH_EXHAUSTED"
  // Of the strategy file.
  | "WALLET_NOT_ALLOWED"
  | "WALLET_BLOCKED"
  | "CATEGORY_NOT_ALLOWED"
  | "TIME_LEFT_BELOW_MIN"
  | "PRICE_OUT_OF_BAND"
  | "LIQUIDITY_BELOW_MIN"
  | "DAY_BUDGET_SPENT"
  | "WALLET_BUDGET_SPENT"
  | "WALLET_EXPOSURE_AT_MAX";

/** Why a signal was not acted on: a risk check, or what happened before or after it. */
export type RefusalCode =
  | RiskCode
  /** Two whales on opposite outcomes within the window. */
  | "CONFLICT"
  /** The same type, market and outcome has a live signal already. */
  | "SIGNAL_ALREADY_LIVE"
  /** A reorg removed the fill that caused it. */
  | "TRIGGER_RETRACTED"
  /** The market was resolved, or the position closed, before we came to it. */
  | "NOTHING_TO_DO"
  /** Its time was over before an order could be decided. */
  | "SIGNAL_EXPIRED"
  /** Live: its paper record does not allow it. */
  | "NOT_PROVEN"
  /** The order reached the venue and nothing of it was filled. */
  | "NOT_FILLED";

/** Figures as text in the check's natural unit (USD, price, ms, count), ready for a person. */
export type Refusal<Code extends string = RefusalCode> = {
  readonly code: Code;
  readonly limit: string;
  readonly value: string;
};

export type RiskCheck = Refusal<RiskCode> & { readonly passed: boolean };

/** The day's loss that stops entries. */
export const dailyLossLimit = (limits: RiskLimits, capitalUsd: UsdMicros): UsdMicros =>
  minUsd(limits.maxDailyLossUsd, portionBps(capitalUsd, limits.maxDailyLossBps, "floor"));
