import type { UsdMicros } from "../money/amounts.ts";
import { usd } from "../money/amounts.ts";
import { MINUTE_MS, SECOND_MS } from "../time/time.ts";

/** When a fill becomes a signal (strategy, section 4). */
export type SignalRules = {
  readonly followWhales: boolean;
  readonly fadeDegens: boolean;
  readonly minWhaleScore: number;
  readonly minWhaleTradeUsd: UsdMicros;
  readonly maxFadeScore: number;
  readonly panicWindowMs: number;
  readonly panicWallets: number;
  readonly fadeConfidence: number;
  readonly ttlMs: number;
  /** Two whales on opposite outcomes within this cancel each other. */
  readonly conflictWindowMs: number;
  /** A trigger older than this when we read it is refused as DATA_STALE. */
  readonly triggerAgeMsMax: number;
  /** Fills of one wallet and token with gaps up to this are one episode: one bet, one trigger. */
  readonly episodeGapMs: number;
  /** How far over the trigger we may pay, and how far under the bid we may sell. */
  readonly slippageBps: bigint;
  /** Share of the holding whose sale counts as the leader's exit. */
  readonly exitShareBps: bigint;
};

export const DEFAULT_SIGNAL_RULES: SignalRules = {
  followWhales: true,
  fadeDegens: false,
  minWhaleScore: 7,
  minWhaleTradeUsd: usd(100_000_000n),
  maxFadeScore: 3,
  panicWindowMs: 300 * SECOND_MS,
  panicWallets: 5,
  fadeConfidence: 0.7,
  ttlMs: 60 * SECOND_MS,
  conflictWindowMs: 60 * SECOND_MS,
  triggerAgeMsMax: 10 * SECOND_MS,
  episodeGapMs: 10 * MINUTE_MS,
  slippageBps: 500n,
  exitShareBps: 5_000n,
};
