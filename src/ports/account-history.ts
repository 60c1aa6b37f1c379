import type { Address, MarketId } from "../core/ids/ids.ts";
import type { ShareMicros, UsdMicros } from "../core/money/amounts.ts";
import type { AccountEvent, AccountPosition, AccountResolution } from "../core/reputation/account-event.ts";
import type { EpochMs } from "../core/time/time.ts";

export type BoardPeriod = "day" | "week" | "month";
export type BoardOrder = "PNL" | "VOLUME";

export type TapeTrade = { readonly wallet: Address; readonly at: EpochMs; readonly cash: UsdMicros };

export type ActivityAnswer = {
  /** Oldest first, from `since` on; without combos. */
  readonly events: readonly AccountEvent[];
  /** All rows that were sent, those without a meaning for us included. */
  readonly rows: number;
  /** There is more than was asked for: what is here is not the whole history. */
  readonly isTruncated: boolean;
};

export type PositionsAnswer = { readonly positions: readonly AccountPosition[]; readonly isTruncated: boolean };

/** Cumulative from the account's beginning. Null: the venue does not know, never zero. */
export type PnlPoint = {
  readonly at: EpochMs;
  /** Realised and unrealised, fees taken off, income (rebates, rewards) left out. */
  readonly positionPnl: UsdMicros | null;
};

export type VenueFreshness = { readonly lagSeconds: number | null };

/** Since the source was opened. */
export type SourceUse = { readonly requests: number; readonly retries: number };

/**
 * The venue's own account of what wallets did: convenient and opaque, so a start before the chain has been read and a
 * check beside it, never the truth.
 * All may throw AbortedError, TransientError (with its kinds), RejectedError (not an account, say), PayloadError, and
 * ProviderInconsistencyError where pages repeat or contradict each other.
 */
export type AccountHistory = {
  /** Wallets of one board, best first. */
  leaders(period: BoardPeriod, by: BoardOrder, limit: number, signal: AbortSignal): Promise<readonly Address[]>;
  /** The newest trades of all wallets, makers included, of at least `minUsd`. */
  tape(trades: number, minUsd: number, signal: AbortSignal): Promise<readonly TapeTrade[]>;
  activity(wallet: Address, since: EpochMs, rowsMax: number, signal: AbortSignal): Promise<ActivityAnswer>;
  /** Open and closed ones; closed ones that moved since then. */
  positions(wallet: Address, since: EpochMs, rowsMax: number, signal: AbortSignal): Promise<PositionsAnswer>;
  /** Shares that the wallet traded as taker, and since when, in its newest trades. */
  takerShares(
    wallet: Address,
    since: EpochMs,
    signal: AbortSignal,
  ): Promise<{ readonly shares: ShareMicros; readonly since: EpochMs }>;
  /** Of those markets that are resolved. */
  resolutions(markets: readonly MarketId[], signal: AbortSignal): Promise<ReadonlyMap<MarketId, AccountResolution>>;
  /** Hourly points of the last month, or daily ones of the account's whole life. */
  pnlSeries(wallet: Address, span: "month" | "all", signal: AbortSignal): Promise<readonly PnlPoint[]>;
  freshness(signal: AbortSignal): Promise<VenueFreshness>;
  use(): SourceUse;
};
