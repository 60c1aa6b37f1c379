import { sql } from "kysely";
import type { Page, PageRequest, Row } from "../../../ports/read-side.ts";
import type { ReportKind } from "../../../ports/report-store.ts";
import type { Database } from "../connect.ts";
import { type Listing, readPage } from "./paging.ts";

const figure = (name: string, type: "float8" | "int" | "text" | "boolean" = "float8") =>
  sql`(r.figures->>${sql.lit(name)})::${sql.raw(type)} AS ${sql.ref(name)}`;
const hasPage = sql`r.page IS NOT NULL AS has_page`;

const backtests: Listing = {
  columns: sql`v.hash AS id, v.tried_at AS created_at, v.from_at, v.to_at, v.verdict, v.edge_per_share,
    ${figure("edge_low")}, ${figure("edge_high")}, ${figure("net_usd")}, ${figure("total_return")}, ${figure("sharpe_ratio")},
    ${figure("max_drawdown")}, ${figure("win_rate")}, ${figure("trades", "int")}, ${figure("profit_factor")},
    ${figure("fees_usd")}, coalesce(r.page IS NOT NULL, false) AS has_page`,
  from: sql`flow.variant v LEFT JOIN flow.report r ON r.kind = 'backtest' AND r.report_id = v.hash`,
  // Those of a sweep stand in its report, unless somebody has looked at one of them by itself.
  where: [sql`(r.report_id IS NOT NULL OR NOT EXISTS (SELECT FROM flow.sweep_variant s WHERE s.hash = v.hash))`],
  keys: [
    { by: sql`v.tried_at`, type: "timestamptz" },
    { by: sql`v.hash`, type: "text" },
  ],
};

/** Variants of the strategy that were tried on a stretch of the past, the last first. */
export const readResearch = (db: Database, page: PageRequest): Promise<Page> => readPage(db, backtests, page);

/** One of them with all that decided its outcome, whether or not a sweep tried it. */
export async function readResearchReport({ kysely }: Database, id: string): Promise<Row | null> {
  const { rows } = await sql<Row>`
    SELECT ${backtests.columns}, v.parameters AS report FROM ${backtests.from} WHERE v.hash = ${id}`.execute(kysely);
  return rows[0] ?? null;
}

/** Times in a plan are milliseconds since 1970. */
const planned = (name: string) => sql`to_timestamp((s.plan->>${sql.lit(name)})::float8 / 1000)`;

const sweeps: Listing = {
  columns: sql`s.sweep_id AS id, s.begun_at, ${planned("from")} AS from_at, ${planned("to")} AS to_at,
    s.plan->>'objective' AS objective, s.plan->'grid' AS grid, c.variants, c.done, c.last_done_at,
    ${figure("verdict", "text")}, ${figure("in_sample")}, ${figure("out_of_sample")}, ${figure("survives")},
    ${figure("rank_correlation")}, ${figure("overfitting_probability")}, ${figure("profit_usd")},
    coalesce(r.page IS NOT NULL, false) AS has_page`,
  from: sql`flow.sweep s LEFT JOIN flow.report r ON r.kind = 'sweep' AND r.report_id = s.sweep_id
    CROSS JOIN LATERAL (SELECT count(*) AS variants, count(finished_at) AS done, max(finished_at) AS last_done_at
      FROM flow.sweep_variant w WHERE w.sweep_id = s.sweep_id) c`,
  keys: [
    { by: sql`s.begun_at`, type: "timestamptz" },
    { by: sql`s.sweep_id`, type: "text" },
  ],
};

export const readSweeps = (db: Database, page: PageRequest): Promise<Page> => readPage(db, sweeps, page);

export async function readSweep({ kysely }: Database, id: string): Promise<Row | null> {
  const { rows } = await sql<Row>`SELECT ${sweeps.columns} FROM ${sweeps.from} WHERE s.sweep_id = ${id}`.execute(
    kysely,
  );
  return rows[0] ?? null;
}

const tables: Listing = {
  columns: sql`r.report_id AS id, r.made_at, r.title, r.from_at, r.to_at, ${figure("topic", "text")},
    ${figure("category", "text")}, ${figure("fills", "int")}, ${hasPage}`,
  from: sql`flow.report r`,
  where: [sql`r.kind = 'research'`],
  keys: [
    { by: sql`r.made_at`, type: "timestamptz" },
    { by: sql`r.report_id`, type: "text" },
  ],
};

export const readResearchTables = (db: Database, page: PageRequest): Promise<Page> => readPage(db, tables, page);

export async function readResearchTable({ kysely }: Database, id: string): Promise<Row | null> {
  const { rows } = await sql<Row>`
    SELECT ${tables.columns} FROM flow.report r WHERE r.kind = 'research' AND r.report_id = ${id}`.execute(kysely);
  return rows[0] ?? null;
}

/** Self-contained HTML; null: there is none. */
export async function readReportPage({ kysely }: Database, kind: ReportKind, id: string): Promise<string | null> {
  const { rows } = await sql<{ page: string | null }>`
    SELECT page FROM flow.report WHERE kind = ${kind} AND report_id = ${id}`.execute(kysely);
  return rows[0]?.page ?? null;
}
