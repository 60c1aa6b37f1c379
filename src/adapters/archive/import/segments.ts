/** Second half of an import: the rows of a segment, each once and in order, become a file of the archive. */
import { assert } from "../../../core/assert.ts";
import { EXCHANGES } from "../../../core/chain/contracts.ts";
import type { RefusedRows } from "../../../ports/archive-import.ts";
import { type Duckdb, text } from "../duckdb.ts";
import { EVIDENCE_COLUMNS } from "../evidence-columns.ts";
import { FILL_COLUMNS } from "../fill-columns.ts";
import { PARQUET, requireOrder, summariseFile } from "../fill-files.ts";
import { fingerprint, type Summarised } from "../summary.ts";
import { refusedOf, SEGMENT_BLOCKS } from "./staging.ts";

export type SegmentFile = Summarised & {
  readonly origin: string;
  readonly repeated: number;
  readonly refused: readonly RefusedRows[];
};

const EXCHANGE_ROWS = EXCHANGES.map(({ address, version }) => `(unhex(${text(address.slice(2))}), ${version})`).join(
  ", ",
);
const exchangeList = EXCHANGES.map(({ address }) => `unhex(${text(address.slice(2))})`).join(", ");
/** Everything the source said about a fill. */
const SAID =
  "(tx_hash, order_hash, wallet, taker, token_id, side, size_micros, cash_micros, fee_micros, timestamp, exchange)";

/**
 * Each position once; then the exchange and the match, which follow from the other legs of the transaction (on-chain
 * sheet, section 2.2): a maker's leg belongs to the next taker's leg whose wallet it names, else to the one before.
 */
const fillsOf = (staged: string, knownDelayMs: number): string => `
  WITH once AS (
    SELECT * FROM ${staged} QUALIFY row_number() OVER (PARTITION BY block_number, log_index ORDER BY hash(${SAID})) = 1
  ),
  legs AS (SELECT *, taker IN (${exchangeList}) AS is_taker FROM once),
  takers AS (SELECT tx_hash, wallet, log_index, taker AS exchange FROM legs WHERE is_taker),
  joined AS (
    SELECT legs.*, coalesce(following.log_index, earlier.log_index) AS taker_leg,
      CASE WHEN legs.is_taker THEN legs.taker ELSE coalesce(legs.exchange, following.exchange, earlier.exchange) END AS place
    FROM legs
    ASOF LEFT JOIN takers following ON legs.tx_hash = following.tx_hash AND legs.taker = following.wallet
      AND legs.log_index <= following.log_index
    ASOF LEFT JOIN takers earlier ON legs.tx_hash = earlier.tx_hash AND legs.taker = earlier.wallet
      AND legs.log_index >= earlier.log_index
  )
  SELECT block_number, log_index, timestamp, ${knownDelayMs}::BIGINT AS known_delay_ms, tx_hash, order_hash, place AS exchange,
    known.version::TINYINT AS exchange_version, wallet, CASE WHEN NOT is_taker THEN taker END AS counterparty, token_id,
    market_id, outcome_index, side, CASE WHEN is_taker THEN 'taker' ELSE 'maker' END AS role, size_micros, cash_micros,
    fee_micros, CASE WHEN known.version = 1 AND side = 'BUY' THEN 'shares' ELSE 'collateral' END AS fee_asset,
    CASE WHEN is_taker THEN log_index ELSE taker_leg END AS match_log_index
  FROM joined JOIN (VALUES ${EXCHANGE_ROWS}) known (address, version) ON known.address = place`;

/** Equal rows are one trade where a transaction hash ties them to one; without it nothing says so and all are kept. */
const evidenceOf = (staged: string): string => {
  const said = EVIDENCE_COLUMNS.filter((column) => column !== "origin").join(", ");
  return `SELECT ${EVIDENCE_COLUMNS.join(", ")} FROM (
      SELECT * EXCLUDE (taker), CASE WHEN taker NOT IN (${exchangeList}) THEN taker END AS counterparty FROM ${staged})
    QUALIFY tx_hash IS NULL OR row_number() OVER (PARTITION BY ${said} ORDER BY origin) = 1`;
};

/** @returns null when not a single row of the segment can be kept */
export async function writeFills(
  duckdb: Duckdb,
  glob: string,
  parquet: string,
  knownDelayMs: number,
): Promise<
  SegmentFile | { readonly summary: null; readonly repeated: number; readonly refused: readonly RefusedRows[] }
> {
  const staged = `read_parquet(${text(glob)}, hive_partitioning = false)`;
  const fills = `(${fillsOf(staged, knownDelayMs)})`;
  await duckdb.run(
    `COPY (SELECT ${FILL_COLUMNS.join(", ")} FROM ${fills} ORDER BY block_number, log_index) TO ${text(parquet)} ${PARQUET}`,
  );
  await requireSame(duckdb, FILL_COLUMNS, fills, parquet);
  await requireOrder(duckdb, parquet);
  const conflicts = await refusedOf(
    duckdb,
    `SELECT 'another row with the same block and log index says something else' AS reason, count(DISTINCT ${SAID}) - 1 AS rows,
      'block ' || block_number || ', log index ' || log_index AS sample
    FROM ${staged} GROUP BY block_number, log_index HAVING count(DISTINCT ${SAID}) > 1`,
  );
  const homeless = await refusedOf(
    duckdb,
    `SELECT 'no column and no leg of the transaction says on which exchange' AS reason, 1 AS rows,
      'block ' || block_number || ', log index ' || log_index AS sample
    FROM (SELECT DISTINCT block_number, log_index FROM ${staged})
    ANTI JOIN read_parquet(${text(parquet)}) kept USING (block_number, log_index)`,
  );
  const refused = [...conflicts, ...homeless];
  return finish(duckdb, staged, parquet, refused);
}

export async function writeEvidence(duckdb: Duckdb, glob: string, parquet: string): ReturnType<typeof writeFills> {
  const staged = `read_parquet(${text(glob)}, hive_partitioning = false)`;
  const rows = `(${evidenceOf(staged)})`;
  await duckdb.run(`COPY (SELECT * FROM ${rows} ORDER BY timestamp, block_number, log_index, tx_hash, wallet, token_id, side,
    size_micros, cash_micros) TO ${text(parquet)} ${PARQUET}`);
  await requireSame(
    duckdb,
    EVIDENCE_COLUMNS.filter((column) => column !== "origin"),
    rows,
    parquet,
  );
  return finish(duckdb, staged, parquet, []);
}

async function requireSame(duckdb: Duckdb, columns: readonly string[], rows: string, parquet: string): Promise<void> {
  const wanted = await fingerprint(duckdb, columns, rows);
  const found = await fingerprint(duckdb, columns, `read_parquet(${text(parquet)})`);
  assert(wanted === found, "an imported file holds what was staged", { wanted, found });
}

async function finish(
  duckdb: Duckdb,
  staged: string,
  parquet: string,
  refused: readonly RefusedRows[],
): ReturnType<typeof writeFills> {
  const [counts] = await duckdb.rows(
    `SELECT count(*) AS rows, min(origin) AS origin, count(DISTINCT origin) AS origins FROM ${staged}`,
  );
  const written = await summariseFile(duckdb, parquet);
  const refusedRows = refused.reduce((sum, { rows }) => sum + rows, 0);
  const repeated = Number(counts?.rows ?? 0) - refusedRows - (written?.summary.rows ?? 0);
  if (written === null) return { summary: null, repeated, refused };
  const origins = Number(counts?.origins ?? 1);
  const origin = `${counts?.origin as string}${origins > 1 ? ` and ${origins - 1} more` : ""}`;
  return { ...written, origin, repeated, refused };
}

/** Name of the final file inside the import's folder. */
export function segmentName(content: "fill" | "evidence", key: string): string {
  if (content === "evidence") return `evidence-${key}.parquet`;
  const from = Number(key) * SEGMENT_BLOCKS;
  const pad = (block: number): string => block.toString().padStart(10, "0");
  return `fills-${pad(from)}-${pad(from + SEGMENT_BLOCKS - 1)}.parquet`;
}
