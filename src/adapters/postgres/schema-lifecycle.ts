/** The tables of 0005 as Kysely sees them; the SQL there says what each column means. */
import type { ColumnType } from "kysely";
import type { EpochMs } from "../../core/time/time.ts";
import type { Hex } from "./codecs.ts";

export type LifecycleTable = {
  occurred_at: EpochMs;
  amount_micros: bigint;
  cash_micros: bigint;
  block_number: number;
  log_index: number;
  wallet_key: number;
  other_key: number;
  token_key: number;
  known_delay_ms: number;
  ordinal: number;
  leg: number;
  kind: number;
  is_combo: boolean;
};

export type ContractUpgradeTable = {
  block_number: number;
  log_index: number;
  address: Hex;
  implementation: Hex;
  upgraded_at: EpochMs;
};

export type LifecycleSchema = {
  "flow.lifecycle": LifecycleTable;
  "flow.lifecycle_coverage": { from_block: number; to_block: number };
  "flow.neg_risk_market": { neg_risk_market_id: Hex; fee_bips: number; prepared_block: number };
  "flow.neg_risk_question": { block_number: number; log_index: number; neg_risk_market_id: Hex };
  "flow.protocol_event": { event_id: Hex; is_migrated: boolean; block_number: number };
  "flow.combo_leg": { market_key: number; place: number; token_id: string };
  "flow.wallet_owner": {
    seq: ColumnType<bigint, never, never>;
    address: Hex;
    owner: Hex;
    kind: string;
    source: string;
  };
  "flow.wallet_label": { address: Hex; kind: string; label: string; block_number: number };
  "flow.contract_upgrade": ContractUpgradeTable;
  "flow.contract_halt": { address: Hex; from_block: number; reason: string };
};
