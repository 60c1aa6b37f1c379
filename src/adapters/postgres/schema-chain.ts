/** The tables of 0001 as Kysely sees them; the SQL there says what each column means. */
import type { ColumnType, Generated } from "kysely";
import type { EpochMs } from "../../core/time/time.ts";
import type { Hex } from "./codecs.ts";

type Identity<T> = ColumnType<T, never, never>;

export type ExchangeTable = { exchange_key: number; address: Hex; version: number; name: string };
export type WalletTable = { wallet_key: Identity<number>; address: Hex };

export type MarketTable = {
  market_key: Identity<number>;
  condition_id: Hex;
  neg_risk: boolean | null;
  prepared_block: number | null;
  title: string | null;
  slug: string | null;
  category: string | null;
  event_id: string | null;
  outcome_0: string | null;
  outcome_1: string | null;
  starts_at: EpochMs | null;
  ends_at: EpochMs | null;
  tick_size_micros: bigint | null;
  min_order_size_micros: bigint | null;
  fee_rate: number | null;
  fee_exponent: number | null;
  accepting_orders: boolean | null;
  info_checked_at: EpochMs | null;
  /** Generated, by migration 0005. */
  is_combo: Identity<boolean>;
};

export type TokenTable = {
  token_key: Identity<number>;
  /** Decimal text. */
  token_id: string;
  market_key: number | null;
  outcome_index: number | null;
  info_checked_at: EpochMs | null;
};

export type ResolutionTable = {
  market_key: number;
  numerator_0: string;
  numerator_1: string;
  block_number: number;
  log_index: number;
  resolved_at: EpochMs;
  known_at: EpochMs;
};

/** A view: `flow.fill_packed` is what the chain store copies into. */
export type FillTable = {
  occurred_at: EpochMs;
  size_micros: bigint;
  cash_micros: bigint;
  fee_micros: bigint;
  block_number: number;
  log_index: number;
  wallet_key: number;
  counterparty_key: number;
  token_key: number;
  known_delay_ms: number;
  match_log_index: number;
  exchange_key: number;
  is_sell: boolean;
  is_maker: boolean;
  fee_in_shares: boolean;
  order_hash: Hex;
  tx_hash: Hex;
};

export type QuarantineTable = { block_number: number; log_index: number; reason: string; log: unknown };
export type BlockTable = { block_number: number; hash: Hex; parent_hash: Hex; block_time: EpochMs };
export type CoverageTable = { from_block: number; to_block: number };
export type ChainStateTable = {
  only_row: Generated<boolean>;
  finalized_block: number;
  head_block: number;
  updated_at: EpochMs;
  follow_from_block: number | null;
};
export type IngestTable = {
  seq: Identity<bigint>;
  kind: "extend" | "retract";
  from_block: number;
  to_block: number;
  committed_at: EpochMs;
};
export type ReaderCursorTable = { reader: string; seq: bigint; updated_at: EpochMs };
export type WalletActivityTable = {
  wallet_key: number;
  total_trades: bigint;
  /** Decimal text. */
  volume_micros: string;
  first_trade_at: EpochMs;
  last_trade_at: EpochMs;
};

export type ChainSchema = {
  "flow.exchange": ExchangeTable;
  "flow.wallet": WalletTable;
  "flow.market": MarketTable;
  "flow.token": TokenTable;
  "flow.resolution": ResolutionTable;
  "flow.fill": FillTable;
  "flow.quarantine": QuarantineTable;
  "flow.block": BlockTable;
  "flow.coverage": CoverageTable;
  "flow.chain_state": ChainStateTable;
  "flow.ingest": IngestTable;
  "flow.reader_cursor": ReaderCursorTable;
  "flow.wallet_activity": WalletActivityTable;
};
