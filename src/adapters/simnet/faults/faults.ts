import { noiseUnit } from "../random/noise.ts";
import { hashText, type Seed } from "../random/prng.ts";

/** Nothing comes back, or not what was sent. */
export const WIRE_FAULTS = ["refused", "reset", "silent", "slow", "status", "garbled"] as const;
/** The node answers, and refuses or forgets a part. */
export const CALL_FAULTS = [
  "result_cap",
  "response_too_large",
  "batch_too_large",
  "call_failed",
  "block_missing",
  "reply_missing",
] as const;
/** The same of `eth_getBlockReceipts`. */
export const RECEIPT_FAULTS = ["receipts_refused", "receipts_null"] as const;
/** Well-formed answers that are false; each is contradicted by something else in the same answer. */
export const LIES = [
  "logs_empty",
  "logs_cut",
  "log_left_out",
  "log_twice",
  "log_removed",
  "log_malformed",
  "log_of_other_hash",
  "log_of_other_block",
  "log_outside_range",
  "header_of_other_block",
  "header_orphaned",
] as const;
export const RECEIPT_LIES = ["receipts_cut", "receipt_left_out", "receipts_of_other_block"] as const;
export const FEED_FAULTS = [
  "feed_lost",
  "feed_twice",
  "feed_late",
  "feed_garbage",
  "feed_leap",
  "feed_dropped",
  "feed_frozen",
] as const;

export type WireFault = (typeof WIRE_FAULTS)[number];
export type CallFault = (typeof CALL_FAULTS)[number] | (typeof RECEIPT_FAULTS)[number];
export type Lie = (typeof LIES)[number] | (typeof RECEIPT_LIES)[number];
export type FeedFault = (typeof FEED_FAULTS)[number];
export type Fault = WireFault | CallFault | Lie | FeedFault;

/** Probability of each kind on each occasion; what is not named never happens. */
export type FaultRates<Kind extends string = Fault> = Readonly<Partial<Record<Kind, number>>>;

/**
 * Decides by hash of seed, occasion and attempt, never by drawing in turn: whatever order requests arrive in, the same
 * ones fail.
 */
export type Faults<Kind extends string = Fault> = {
  /** Does not count: some faults turn out not to be possible on an occasion. */
  strikes(fault: Kind, occasion: string, attempt: number): boolean;
  /** Uniform in [0, 1), for the details. */
  unit(what: string, occasion: string, attempt: number): number;
  count(fault: Kind): void;
  counts(): ReadonlyMap<Kind, number>;
  /** From now on nothing fails. */
  stop(): void;
};

export function createFaults<Kind extends string = Fault>(seed: Seed, rates: FaultRates<Kind>): Faults<Kind> {
  const counted = new Map<Kind, number>();
  let isStopped = false;
  const unit = (what: string, occasion: string, attempt: number): number =>
    noiseUnit(hashText(`${seed}/${what}`), hashText(occasion), attempt);
  return {
    unit,
    strikes(fault, occasion, attempt) {
      const rate = rates[fault] ?? 0;
      return !isStopped && rate > 0 && unit(fault, occasion, attempt) < rate;
    },
    count: (fault) => void counted.set(fault, (counted.get(fault) ?? 0) + 1),
    counts: () => counted,
    stop() {
      isStopped = true;
    },
  };
}
