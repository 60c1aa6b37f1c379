/** The facts of markets that the ledger needs. */
import { sql, type Transaction } from "kysely";
import type { BlockRange } from "../../../core/reputation/block-ranges.ts";
import { marketSpan } from "../../../core/reputation/entries.ts";
import type { LedgerMarket } from "../../../core/reputation/unit-record.ts";
import type { EpochMs } from "../../../core/time/time.ts";
import { int4Array } from "../codecs.ts";
import type { Schema } from "../schema.ts";

type Trx = Transaction<Schema>;

type MarketRow = {
  market_key: number;
  starts_at: EpochMs | null;
  ends_at: EpochMs | null;
  is_combo: boolean;
  numerator_0: string | null;
  numerator_1: string | null;
  resolved_at: EpochMs | null;
  block_number: number | null;
  log_index: number | null;
};

/**
 * Times are those that the market's units were computed with so far; `renew` takes the current ones.
 * @param applied blocks that are in the ledger, now or at the end of this step
 */
export async function loadMarkets(
  trx: Trx,
  marketKeys: Iterable<number>,
  applied: readonly BlockRange[],
  renew: boolean,
): Promise<ReadonlyMap<number, LedgerMarket>> {
  const keys = [...new Set(marketKeys)];
  if (keys.length === 0) return new Map();
  if (renew) await takeTimes(trx, keys);
  const known = await readMarkets(trx, keys, applied);
  const missing = keys.filter((key) => !known.has(key));
  if (renew || missing.length === 0) return known;
  await takeTimes(trx, missing);
  return new Map([...known, ...(await readMarkets(trx, missing, applied))]);
}

async function takeTimes(trx: Trx, marketKeys: readonly number[]): Promise<void> {
  await sql`INSERT INTO flow.ledger_market (market_key, starts_at, ends_at)
    SELECT market_key, starts_at, ends_at FROM flow.market WHERE market_key = ANY(${int4Array(marketKeys)})
    ON CONFLICT (market_key) DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at`.execute(trx);
}

async function readMarkets(
  trx: Trx,
  marketKeys: readonly number[],
  applied: readonly BlockRange[],
): Promise<ReadonlyMap<number, LedgerMarket>> {
  const { rows } = await sql<MarketRow>`
    SELECT l.market_key, l.starts_at, l.ends_at, m.is_combo, r.numerator_0, r.numerator_1, r.resolved_at,
      r.block_number, r.log_index
    FROM flow.ledger_market l
    JOIN flow.market m USING (market_key)
    LEFT JOIN flow.resolution r ON r.market_key = l.market_key AND r.block_number <= ${knownTo(applied)}
    WHERE l.market_key = ANY(${int4Array(marketKeys)})`.execute(trx);
  return new Map(rows.map((row) => [row.market_key, toLedgerMarket(row)]));
}

function toLedgerMarket(row: MarketRow): LedgerMarket {
  const { numerator_0: first, numerator_1: second, resolved_at: at, block_number, log_index } = row;
  const isOpen = first === null || second === null || at === null || block_number === null || log_index === null;
  return {
    marketKey: row.market_key,
    span: marketSpan(row.starts_at, row.ends_at),
    isCombo: row.is_combo,
    resolution: isOpen
      ? null
      : { blockNumber: block_number, logIndex: log_index, at, payoutNumerators: [BigInt(first), BigInt(second)] },
  };
}

/**
 * Up to where resolutions are known: what resolves behind all that is applied resolves later, in its place. A fill that
 * comes before it would find a unit that is resolved by a payout that nobody knows, and a replay could need the archive.
 */
export const knownTo = (applied: readonly BlockRange[]): number => applied.at(-1)?.toBlock ?? -1;

export async function finalizedBlock(trx: Trx): Promise<number> {
  const row = await trx.selectFrom("flow.chain_state").select("finalized_block").executeTakeFirstOrThrow();
  return row.finalized_block;
}

/** Up to when fills may have left the database for the archive; null: all are here. */
export async function archivedUntil(trx: Trx): Promise<EpochMs | null> {
  const { rows } = await sql<{ until: EpochMs | null }>`
    SELECT max(last_at) AS until FROM flow.archive_file WHERE content = 'fill' AND source = 'chain'`.execute(trx);
  return rows[0]?.until ?? null;
}
