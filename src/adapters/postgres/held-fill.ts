import { sql } from "kysely";
import type { ExchangeVersion } from "../../core/chain/fill.ts";
import type { Address, OrderHash, TokenId, TxHash } from "../../core/ids/ids.ts";
import { shares, usd } from "../../core/money/amounts.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { HeldFill } from "../../ports/coverage-store.ts";
import type { Hex } from "./codecs.ts";

/** A fill as the database holds it. */
export type HeldFillRow = {
  block_number: number;
  log_index: number;
  occurred_at: EpochMs;
  size_micros: bigint;
  cash_micros: bigint;
  fee_micros: bigint;
  match_log_index: number;
  is_sell: boolean;
  is_maker: boolean;
  fee_in_shares: boolean;
  order_hash: Hex;
  tx_hash: Hex;
  exchange: Hex;
  version: number;
  wallet: Hex;
  counterparty: Hex | null;
  token_id: string;
};

/** f: fill, e: exchange, w and c: wallets, t: token. */
export const heldFillColumns = sql`f.block_number, f.log_index, f.occurred_at, f.size_micros, f.cash_micros, f.fee_micros,
  f.match_log_index, f.is_sell, f.is_maker, f.fee_in_shares, f.order_hash, f.tx_hash, e.address AS exchange, e.version,
  w.address AS wallet, c.address AS counterparty, t.token_id`;

/** The database wrote these itself from parsed values, so brands are applied and nothing is parsed again. */
export const toHeldFill = (row: HeldFillRow): HeldFill => ({
  blockNumber: row.block_number,
  logIndex: row.log_index,
  txHash: row.tx_hash as string as TxHash,
  exchange: row.exchange as string as Address,
  exchangeVersion: row.version as ExchangeVersion,
  orderHash: row.order_hash as string as OrderHash,
  wallet: row.wallet as string as Address,
  counterparty: row.counterparty as string | null as Address | null,
  role: row.is_maker ? "maker" : "taker",
  side: row.is_sell ? "SELL" : "BUY",
  tokenId: row.token_id as TokenId,
  size: shares(row.size_micros),
  cash: usd(row.cash_micros),
  fee: row.fee_micros,
  feeAsset: row.fee_in_shares ? "shares" : "collateral",
  matchLogIndex: row.match_log_index < 0 ? null : row.match_log_index,
  occurredAt: row.occurred_at,
});
