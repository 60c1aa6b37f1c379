import { sql, type Transaction } from "kysely";
import { type BlockRef, compareLogPosition } from "../../core/chain/fill.ts";
import { fromUnixSeconds } from "../../core/time/time.ts";
import type { BlockRangeRecord, QuarantinedLog } from "../../ports/chain-store.ts";
import * as codec from "./codecs.ts";
import { PREPARED } from "./pool.ts";
import type { Schema } from "./schema.ts";

type Trx = Transaction<Schema>;

const single = new Float32Array(1);

/** As a 4-byte float, never less than it was: nothing may seem known earlier. Exact below 4.6 hours. */
export function delayMs(ms: number): number {
  single[0] = ms;
  const rounded = single[0];
  if (rounded >= ms) return rounded;
  new Int32Array(single.buffer)[0] = (new Int32Array(single.buffer)[0] ?? 0) + 1;
  return single[0];
}

/** One statement may touch a row once, so of several entries for a market the last one counts. */
const byMarket = <T extends { readonly marketId: string }>(markets: readonly T[]): readonly T[] => [
  ...new Map(markets.map((market) => [market.marketId, market])).values(),
];

/** Upserts prepared markets and links their tokens, those with fills from before included. */
export async function insertMarkets(trx: Trx, markets: BlockRangeRecord["markets"]): Promise<void> {
  if (markets.length === 0) return;
  const distinct = byMarket(markets);
  const ids = distinct.map(({ marketId }) => marketId);
  await sql`
    INSERT INTO flow.market AS m (condition_id, neg_risk, prepared_block)
    SELECT * FROM unnest(${codec.bytesArray(ids)}, ${codec.boolArray(distinct.map(({ negRisk }) => negRisk))},
      ${codec.int4Array(distinct.map(({ preparedBlock }) => preparedBlock))})
    ON CONFLICT (condition_id) DO UPDATE SET neg_risk = excluded.neg_risk, prepared_block = excluded.prepared_block
  `.execute(trx);
  await linkTokens(trx, markets);
}

export async function linkTokens(
  trx: Trx,
  markets: readonly { readonly marketId: string; readonly tokenIds: readonly [string, string] }[],
): Promise<void> {
  const pairs = byMarket(markets).flatMap(({ marketId, tokenIds }) =>
    tokenIds.map((token, index) => ({ marketId, token, index })),
  );
  await sql`
    INSERT INTO flow.token AS t (token_id, market_key, outcome_index)
    SELECT input.token_id, m.market_key, input.outcome_index
    FROM unnest(${codec.numericArray(pairs.map(({ token }) => token))}, ${codec.bytesArray(pairs.map(({ marketId }) => marketId))},
      ${codec.int4Array(pairs.map(({ index }) => index))}) AS input (token_id, condition_id, outcome_index)
    JOIN flow.market m USING (condition_id)
    ON CONFLICT (token_id) DO UPDATE SET market_key = excluded.market_key, outcome_index = excluded.outcome_index
    WHERE t.market_key IS DISTINCT FROM excluded.market_key OR t.outcome_index IS DISTINCT FROM excluded.outcome_index
  `.execute(trx);
}

/**
 * A market resolves once; it may be one whose preparation lies before our coverage. What follows from another market's
 * resolution gives way to a result of its own, which is always earlier on the chain, whichever is read first.
 */
export async function insertResolutions(trx: Trx, resolutions: BlockRangeRecord["resolutions"]): Promise<void> {
  if (resolutions.length === 0) return;
  // Of several entries for a market the earliest counts.
  const distinct = byMarket([...resolutions].sort((a, b) => compareLogPosition(b, a)));
  const ids = codec.bytesArray(distinct.map(({ marketId }) => marketId));
  await sql`INSERT INTO flow.market (condition_id) SELECT unnest(${ids}) ON CONFLICT DO NOTHING`.execute(trx);
  const numerators = (index: 0 | 1) =>
    codec.numericArray(distinct.map(({ payoutNumerators }) => payoutNumerators[index].toString()));
  await sql`
    INSERT INTO flow.resolution AS known
      (market_key, numerator_0, numerator_1, block_number, log_index, resolved_at, known_at)
    SELECT m.market_key, r.first, r.second, r.block_number, r.log_index, r.resolved_at, r.known_at
    FROM unnest(${ids}, ${numerators(0)}, ${numerators(1)},
      ${codec.int4Array(distinct.map(({ blockNumber }) => blockNumber))},
      ${codec.int4Array(distinct.map(({ logIndex }) => logIndex))},
      ${codec.tsArray(distinct.map(({ resolvedAt }) => resolvedAt))},
      ${codec.tsArray(distinct.map(({ knownAt }) => knownAt))})
      AS r (condition_id, first, second, block_number, log_index, resolved_at, known_at)
    JOIN flow.market m USING (condition_id)
    ON CONFLICT (market_key) DO UPDATE SET numerator_0 = excluded.numerator_0, numerator_1 = excluded.numerator_1,
      block_number = excluded.block_number, log_index = excluded.log_index, resolved_at = excluded.resolved_at,
      known_at = excluded.known_at
    WHERE (excluded.block_number, excluded.log_index) < (known.block_number, known.log_index)`.execute(trx);
}

export async function insertQuarantined(trx: Trx, quarantined: readonly QuarantinedLog[]): Promise<void> {
  for (const { log, reason } of quarantined) {
    await trx
      .insertInto("flow.quarantine")
      .values({ block_number: log.blockNumber, log_index: log.logIndex, reason, log: codec.json<unknown>(log) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** What is remembered of a covered block stays: a different hash later is how a reorg shows. */
export async function insertBlocks(trx: Trx, blocks: readonly BlockRef[]): Promise<void> {
  if (blocks.length === 0) return;
  await sql`${PREPARED}
    INSERT INTO flow.block (block_number, hash, parent_hash, block_time)
    SELECT * FROM unnest(${codec.int4Array(blocks.map(({ number }) => number))},
      ${codec.bytesArray(blocks.map(({ hash }) => hash))}, ${codec.bytesArray(blocks.map(({ parentHash }) => parentHash))},
      ${codec.tsArray(blocks.map(({ timestamp }) => fromUnixSeconds(timestamp)))})
    ON CONFLICT DO NOTHING`.execute(trx);
}
