import { type UsdMicros, usd } from "../../core/money/amounts.ts";
import { MINUTE_MS, SECOND_MS } from "../../core/time/time.ts";

/** Durations are in the time of the service's clock. */
export type ListenerConfig = {
  /** First block to hold; null: as many blocks back from the head as `startBlocks` says, on an empty database. */
  readonly startBlock: number | null;
  readonly startBlocks: number;
  /** Collect what changes holdings without a fill: three times the logs, and ledgers that miss nothing. */
  readonly collectEffects: boolean;
  /** How long to wait for the next look at the head where no hint comes. */
  readonly pollMs: number;
  /** Size of the first range read, and the largest one tried. */
  readonly rangeBlocks: number;
  readonly rangeBlocksMax: number;
  /** A fill older than this when it arrives is history: we could not have known it live. */
  readonly liveWindowMs: number;
  /** For history, the stated model: we would have known a fill so long after its block (strategy, section 10). */
  readonly knownDelayMs: number;
  /** Pause between looks for markets without titles, when there was nothing to do. */
  readonly infoPollMs: number;
  /** Titles and parameters older than this are asked again. */
  readonly infoStaleMs: number;
  readonly infoBatch: number;
  /** A taker's fill of at least this much gets a line of its own. */
  readonly notableTradeUsd: UsdMicros;
  /** One line that sums up the trades, so often. */
  readonly summaryMs: number;
  /** Contradictions of the provider in a row after which the process stops. */
  readonly contradictionsMax: number;
};

export const defaultListenerConfig: ListenerConfig = {
  startBlock: null,
  startBlocks: 1_800,
  collectEffects: true,
  pollMs: 1_500,
  rangeBlocks: 50,
  rangeBlocksMax: 2_000,
  liveWindowMs: MINUTE_MS,
  knownDelayMs: 3 * SECOND_MS,
  infoPollMs: 5 * SECOND_MS,
  infoStaleMs: 15 * MINUTE_MS,
  infoBatch: 40,
  notableTradeUsd: usd(1_000_000_000n),
  summaryMs: 15 * SECOND_MS,
  contradictionsMax: 10,
};
