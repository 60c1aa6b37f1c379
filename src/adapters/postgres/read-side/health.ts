import { sql } from "kysely";
import type { Page, PageRequest, Row } from "../../../ports/read-side.ts";
import type { Database } from "../connect.ts";
import { readCoverageSummary, readEndpoints, readHintLeads } from "../endpoint-store.ts";
import { readReconciliations } from "../reconciliation-store.ts";
import { readPage } from "./paging.ts";

/** Upper bounds of the buckets in milliseconds; what is slower counts in the last, which has none. */
const BOUNDS_MS = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000];
/** Newest fills and signals that latencies are taken from. */
const SAMPLE = 2_000;

/** From the block to our row, from the row to the decision, to the order, to its answer. */
const stages = {
  block_to_row: sql`SELECT known_delay_ms AS ms FROM flow.fill_packed ORDER BY block_number DESC, log_index DESC LIMIT ${SAMPLE}`,
  row_to_decision: sql`SELECT extract(epoch FROM created_at - trigger_known_at) * 1000 AS ms FROM flow.signal
    ORDER BY created_at DESC LIMIT ${SAMPLE}`,
  decision_to_order: sql`SELECT extract(epoch FROM o.submitted_at - s.created_at) * 1000 AS ms
    FROM flow.signal s JOIN flow.trade_order o ON o.signal_id = s.id ORDER BY s.created_at DESC LIMIT ${SAMPLE}`,
  order_to_answer: sql`SELECT extract(epoch FROM answered_at - submitted_at) * 1000 AS ms FROM flow.trade_order
    WHERE answered_at IS NOT NULL ORDER BY submitted_at DESC LIMIT ${SAMPLE}`,
};

type Histogram = {
  readonly buckets: number[] | null;
  readonly quantiles: (number | null)[] | null;
  readonly count: number;
};

async function readLatencies({ kysely }: Database): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [stage, sample] of Object.entries(stages)) {
    const found = await sql<Histogram>`
      SELECT count(*)::int AS count, percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY ms::float8) AS quantiles,
        ARRAY[${sql.join(bucketCounts())}] AS buckets FROM (${sample}) s`.execute(kysely);
    const [p50 = null, p90 = null, p99 = null] = found.rows[0]?.quantiles ?? [];
    rows.push({
      ...{ stage, count: found.rows[0]?.count ?? 0, p50_ms: p50, p90_ms: p90, p99_ms: p99 },
      buckets: (found.rows[0]?.buckets ?? []).map((count, index) => ({ upto_ms: BOUNDS_MS[index] ?? null, count })),
    });
  }
  return rows;
}

const bucketCounts = () =>
  [...BOUNDS_MS, null].map((bound, index) => {
    const above = index === 0 ? sql`true` : sql`ms > ${BOUNDS_MS[index - 1]}`;
    return sql`count(*) FILTER (WHERE ${above} AND ${bound === null ? sql`true` : sql`ms <= ${bound}`})::int`;
  });

type Queue = { readonly name: string; readonly waiting: number; readonly updated_at: number | null };

/** How far each reader of an append-only table is behind it, and what else waits. */
export async function readQueues({ kysely }: Database): Promise<readonly Queue[]> {
  const { rows } = await sql<Queue>`
    SELECT 'reader ' || c.reader AS name, count(i.seq)::int AS waiting, c.updated_at
    FROM flow.reader_cursor c LEFT JOIN flow.ingest i ON i.seq > c.seq GROUP BY c.reader, c.updated_at
    UNION ALL SELECT 'scores', count(*)::int, max(NULL::timestamptz) FROM flow.score_due
    UNION ALL SELECT 'commands', count(*)::int, max(created_at) FROM flow.command WHERE handled_at IS NULL
    UNION ALL SELECT 'alerts', count(*)::int, max(created_at) FROM flow.alert_outbox
      WHERE sent_at IS NULL AND dropped_at IS NULL
    UNION ALL SELECT 'orders', count(*)::int, max(submitted_at) FROM flow.trade_order WHERE status = 'SUBMITTED'
    ORDER BY 1`.execute(kysely);
  return rows;
}

export async function readHealth(db: Database): Promise<Row> {
  const { kysely } = db;
  const lives = await sql<Row>`
    SELECT (SELECT greatest(s.updated_at, (SELECT committed_at FROM flow.ingest ORDER BY seq DESC LIMIT 1))
        FROM flow.chain_state s) AS listener_at,
      (SELECT max(calculated_at) FROM flow.wallet_score) AS reputation_at,
      (SELECT greatest(max(e.updated_at), (SELECT max(updated_at) FROM flow.reader_cursor WHERE reader LIKE 'executor:%'))
        FROM flow.executor_state e) AS executor_at,
      pg_database_size(current_database()) AS database_bytes,
      (SELECT count(*)::int FROM flow.quarantine) AS quarantined,
      (SELECT count(*)::int FROM flow.contract_halt) AS halted_contracts`.execute(kysely);
  const chain = await sql<Row>`
    SELECT s.head_block, s.finalized_block, s.updated_at,
      (SELECT block_time FROM flow.block ORDER BY block_number DESC LIMIT 1) AS block_time FROM flow.chain_state s`.execute(
    kysely,
  );
  const coverage = await readCoverageSummary(db);
  return {
    ...lives.rows[0],
    chain: chain.rows[0] ?? null,
    coverage: {
      ...{ from_block: coverage.fromBlock, to_block: coverage.toBlock, blocks: coverage.blocks, holes: coverage.holes },
      ...{ missing_blocks: coverage.missingBlocks, unbroken_from_block: coverage.unbrokenFromBlock },
    },
    latencies: await readLatencies(db),
    queues: await readQueues(db),
    endpoints: (await readEndpoints(db)).map(({ measuredAt, ...health }) => ({
      ...{ name: health.name, is_resting: health.isResting, cost: health.cost, requests: health.requests },
      ...{ failures: health.failures, latency_ms: health.latencyMs, error_rate: health.errorRate },
      ...{ lag_blocks: health.lagBlocks, last_error: health.lastError, measured_at: measuredAt },
    })),
    reconciliations: (await readReconciliations(db)).map((each) => ({
      ...{ measure: each.measure, reconciled_at: each.reconciledAt, wallets: each.wallets, units: each.units },
      ...{ median_error_usd: each.medianUsd, p99_error_usd: each.p99Usd, max_error_usd: each.maxUsd },
      ...{ share_within_1_pct: each.shareWithin1Pct, unexplained: each.unexplained },
    })),
    hints: (await readHintLeads(db)).map(({ leadMs, ...lead }) => ({ ...lead, lead_ms: leadMs })),
  };
}

/** Ranges that are held, newest first, each with the hole below it. */
export const readCoverage = (db: Database, page: PageRequest): Promise<Page> =>
  readPage(
    db,
    {
      columns: sql`c.from_block, c.to_block, c.to_block - c.from_block + 1 AS blocks, c.hole_below`,
      from: sql`(SELECT from_block, to_block,
        from_block - 1 - lag(to_block) OVER (ORDER BY from_block) AS hole_below FROM flow.coverage) c`,
      keys: [{ by: sql`c.from_block`, type: "int4" }],
    },
    page,
  );

export const readAlerts = (db: Database, page: PageRequest): Promise<Page> =>
  readPage(
    db,
    {
      columns: sql`a.id, a.kind, a.payload, a.created_at, a.sent_at, a.dropped_at, a.failure`,
      from: sql`flow.alert_outbox a`,
      keys: [{ by: sql`a.id`, type: "int8" }],
    },
    page,
  );

export const readCommands = (db: Database, page: PageRequest): Promise<Page> =>
  readPage(
    db,
    {
      columns: sql`c.id, c.kind, c.position_id, c.created_by, c.created_at, c.handled_at`,
      from: sql`flow.command c`,
      keys: [{ by: sql`c.id`, type: "int8" }],
    },
    page,
  );
