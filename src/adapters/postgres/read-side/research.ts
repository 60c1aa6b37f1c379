import { sql } from "kysely";
import type { Page, PageRequest, Row } from "../../../ports/read-side.ts";
import type { Database } from "../connect.ts";

/** Reports of backtests and sweeps. Their table belongs to them; where it is missing there is none to show. */
const RELATION = "public.orderflow_research";

async function exists({ kysely }: Database): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`SELECT to_regclass(${RELATION}) IS NOT NULL AS found`.execute(kysely);
  return rows[0]?.found === true;
}

export async function readResearch(db: Database, { limit, after }: PageRequest): Promise<Page> {
  if (after !== null || !(await exists(db))) return { rows: [], next: null };
  const { rows } = await sql<Row>`
    SELECT id::text AS id, kind, title, created_at, summary FROM ${sql.raw(RELATION)}
    ORDER BY created_at DESC LIMIT ${limit}`.execute(db.kysely);
  return { rows, next: null };
}

export async function readResearchReport(db: Database, id: string): Promise<Row | null> {
  if (!(await exists(db))) return null;
  const { rows } = await sql<Row>`
    SELECT id::text AS id, kind, title, created_at, summary, report FROM ${sql.raw(RELATION)}
    WHERE id::text = ${id}`.execute(db.kysely);
  return rows[0] ?? null;
}
