import { sql } from "kysely";
import type { Page, PageRequest, Row } from "../../../ports/read-side.ts";
import type { Database } from "../connect.ts";
import { readPage } from "./paging.ts";

const columns = sql`v.hash AS id, 'backtest' AS kind,
  to_char(v.from_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' to '
    || to_char(v.to_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS title,
  v.tried_at AS created_at,
  jsonb_build_object('from', v.from_at, 'to', v.to_at, 'verdict', v.verdict, 'edge_per_share', v.edge_per_share) AS summary`;

/** Variants of the strategy that were tried on a stretch of the past, the last first. */
export const readResearch = (db: Database, page: PageRequest): Promise<Page> =>
  readPage(
    db,
    {
      columns,
      from: sql`flow.variant v`,
      keys: [
        { by: sql`v.tried_at`, type: "timestamptz" },
        { by: sql`v.hash`, type: "text" },
      ],
    },
    page,
  );

/** One of them with all that decided its outcome. */
export async function readResearchReport({ kysely }: Database, id: string): Promise<Row | null> {
  const { rows } = await sql<Row>`
    SELECT ${columns}, v.parameters AS report FROM flow.variant v WHERE v.hash = ${id}`.execute(kysely);
  return rows[0] ?? null;
}
