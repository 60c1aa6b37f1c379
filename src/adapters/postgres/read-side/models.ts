import { sql } from "kysely";
import type { Page, PageRequest, Row } from "../../../ports/read-side.ts";
import type { Database } from "../connect.ts";
import { type Listing, readPage } from "./paging.ts";

const said = (path: string, type: string) => sql`(m.card #>> ${sql.lit(`{${path}}`)})::${sql.raw(type)}`;

const models: Listing = {
  columns: sql`m.hash AS id, m.trained_at, ${said("from", "timestamptz")} AS from_at, ${said("to", "timestamptz")} AS to_at,
    ${said("examples", "int")} AS examples, ${said("events", "int")} AS events, ${said("trust", "float8")} AS trust,
    ${said("metrics,verdict,word", "text")} AS verdict, ${said("metrics,model,logLoss", "float8")} AS log_loss,
    ${said("metrics,price,logLoss", "float8")} AS price_log_loss, u.signals, u.executed, u.wins, u.losses, u.profit_loss_usd,
    u.last_signal_at`,
  from: sql`flow.model m CROSS JOIN LATERAL (
    SELECT count(*) AS signals, count(*) FILTER (WHERE o.status = 'EXECUTED') AS executed,
      count(*) FILTER (WHERE o.profit_loss_usd > 0) AS wins, count(*) FILTER (WHERE o.profit_loss_usd < 0) AS losses,
      coalesce(sum(o.profit_loss_usd), 0) AS profit_loss_usd, max(s.created_at) AS last_signal_at
    FROM flow.signal s JOIN public.orderflow_signals o ON o.id = s.id
    WHERE s.signal_type = 'ML_PREDICTION' AND s.model->>'hash' = m.hash) u`,
  keys: [
    { by: sql`m.trained_at`, type: "timestamptz" },
    { by: sql`m.hash`, type: "text" },
  ],
};

/** Models that were trained on this database, with what became of their signals; the last trained first. */
export const readModels = (db: Database, page: PageRequest): Promise<Page> => readPage(db, models, page);

/** One of them with all that its file says. */
export async function readModel({ kysely }: Database, id: string): Promise<Row | null> {
  const { rows } = await sql<Row>`SELECT ${models.columns}, m.card FROM ${models.from} WHERE m.hash = ${id}`.execute(
    kysely,
  );
  return rows[0] ?? null;
}
