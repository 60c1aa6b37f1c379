import type { Address } from "../core/ids/ids.ts";
import type { ErrorReport } from "../core/reputation/error-report.ts";
import type { NotComparable } from "../core/reputation/reconcile.ts";
import type { OwnUnit } from "../core/reputation/reconcile-class.ts";
import type { EpochMs } from "../core/time/time.ts";

/** positions: market by market, before fees. user-pnl: whole accounts, after fees. */
export type Measure = "positions" | "user-pnl";

export type ReconciliationRow = {
  readonly measure: Measure;
  readonly coveredFrom: EpochMs;
  readonly walletsSampled: number;
  readonly errors: ErrorReport;
  /** Wallets by reason. */
  readonly notComparable: ReadonlyMap<NotComparable, number>;
};

/** @throws TransientError from any of them */
export type ReconciliationStore = {
  /** Since when every block is held without a hole, splits and transfers included; null: nothing is. */
  coveredFrom(): Promise<EpochMs | null>;
  /** Up to `limit` wallets scored from the chain, others at each run. */
  sample(limit: number): Promise<readonly Address[]>;
  /** All units of the wallet but combos. */
  units(wallet: Address): Promise<readonly OwnUnit[]>;
  save(rows: readonly ReconciliationRow[], at: EpochMs): Promise<void>;
};
