/** The tables of 0006 as Kysely sees them; the SQL there says what each column means. */
import type { EpochMs } from "../../core/time/time.ts";
import type { EndpointHealth } from "../../ports/log-source.ts";
import type { Hex } from "./codecs.ts";

export type CoveragePartTable = {
  from_block: number;
  to_block: number;
  parent_hash: Hex | null;
  first_hash: Hex | null;
  last_hash: Hex | null;
  endpoint: string | null;
};

export type EndpointTable = { name: string; place: number; health: EndpointHealth; measured_at: EpochMs };

export type HintedFillTable = {
  source: string;
  tx_hash: Hex;
  wallet: Hex;
  /** Decimal text. */
  token_id: string;
  is_sell: boolean;
  size_micros: bigint;
  price_micros: bigint;
  condition_id: Hex | null;
  occurred_at: EpochMs;
  received_at: EpochMs;
  log_received_at: EpochMs | null;
  block_number: number | null;
  log_index: number | null;
};

export type SourcesSchema = {
  "flow.coverage_part": CoveragePartTable;
  "flow.endpoint": EndpointTable;
  "flow.hinted_fill": HintedFillTable;
};
