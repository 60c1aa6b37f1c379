import type { AccountBooks, AccountDifference, BookedOrder } from "../core/execution/account-differences.ts";
import type { Address, OrderHash } from "../core/ids/ids.ts";
import type { UsdMicros } from "../core/money/amounts.ts";
import type { ArmingRefusal } from "../core/risk/live-arming.ts";
import type { EpochMs } from "../core/time/time.ts";

/** The wallet that live trading began with. */
export type LiveAccountRow = {
  readonly wallet: Address;
  /** Collateral when it was first looked at, and what others moved since. */
  readonly baselineUsd: UsdMicros;
  readonly baselineAt: EpochMs;
  /** Of the last complete snapshot. */
  readonly reconciledAt: EpochMs | null;
};

/** How the executor started. */
export type ArmingRecord = {
  readonly mode: "PAPER" | "LIVE";
  readonly asked: "PAPER" | "LIVE";
  readonly refusals: readonly ArmingRefusal[];
  /** As text with their units, ready for a person. */
  readonly limits: Readonly<Record<string, string>>;
  readonly wallet: Address | null;
};

/** Written by the executor alone. All methods throw TransientError where the database cannot be reached. */
export type LiveAccountStore = {
  /** null: never traded live. */
  account(): Promise<LiveAccountRow | null>;
  /** The first one stays. */
  begin(wallet: Address, baselineUsd: UsdMicros, at: EpochMs): Promise<LiveAccountRow>;
  /** @param asOf what was answered at or after it counts as still in flight */
  books(asOf: EpochMs): Promise<Omit<AccountBooks, "baselineUsd">>;
  bookedOrders(hashes: readonly OrderHash[]): Promise<ReadonlyMap<OrderHash, BookedOrder>>;
  /**
   * Replaces what was found before, books what others have moved, and leaves an alert for each that was not there before.
   * @returns those
   * @throws OutcomeUnknownError when it may or may not have been stored
   */
  saveDifferences(found: readonly AccountDifference[], at: EpochMs): Promise<readonly AccountDifference[]>;
  saveArming(record: ArmingRecord, at: EpochMs): Promise<void>;
};
