/** The tables of 0007 and 0010 as Kysely sees them; the SQL there says what each column means. */
import type { ColumnType } from "kysely";
import type { EpochMs } from "../../core/time/time.ts";
import type { Hex } from "./codecs.ts";

export type ImportRunTable = {
  run_id: ColumnType<number, never, never>;
  source: string;
  wallets_wanted: number;
  days: number;
  history_from: EpochMs;
  started_at: EpochMs;
  finished_at: EpochMs | null;
};

export type ImportWalletTable = {
  wallet_key: number;
  run_id: number;
  place: number;
  found_on: string;
  state: "PENDING" | "DONE" | "INCOMPLETE" | "FAILED";
  reason: string | null;
  history_rows: number;
  history_from: EpochMs | null;
  last_activity_at: EpochMs | null;
  imported_at: EpochMs | null;
};

export type ImportUnitTable = {
  wallet_key: number;
  condition_id: Hex;
  paid_in: bigint;
  realised: bigint;
  timed_cost: bigint;
  ahead_cost: bigint;
  /** Decimal text, an integer. */
  cost_ms: string;
  opened_at: EpochMs;
  resolved_at: EpochMs | null;
  closed_at: EpochMs | null;
  is_incomplete: boolean;
  bought_both: boolean;
  is_combo: boolean;
  roi_micros: number | null;
  edge_micros: number | null;
};

export type ReconciliationTable = {
  id: ColumnType<bigint, never, never>;
  reconciled_at: EpochMs;
  covered_from: EpochMs;
  measure: string;
  wallets_sampled: number;
  wallets_compared: number;
  units_compared: number;
  /** Decimal text in dollars. */
  median_error_usd: string | null;
  p90_error_usd: string | null;
  p99_error_usd: string | null;
  max_error_usd: string | null;
  median_relative: number | null;
  p90_relative: number | null;
  p99_relative: number | null;
  max_relative: number | null;
  share_within_1_pct: number | null;
  not_comparable: unknown;
  causes: unknown;
  unexplained: number;
  worst: unknown;
};

export type BootstrapSchema = {
  "flow.import_run": ImportRunTable;
  "flow.import_wallet": ImportWalletTable;
  "flow.import_unit": ImportUnitTable;
  "flow.import_day": {
    wallet_key: number;
    epoch_day: number;
    fills: bigint;
    volume_micros: bigint;
    maker_volume_micros: bigint;
  };
  "flow.reconciliation": ReconciliationTable;
};
