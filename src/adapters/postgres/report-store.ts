import { sql } from "kysely";
import type { ReportStore } from "../../ports/report-store.ts";
import { json, ts } from "./codecs.ts";
import { type Database, repeatableTransaction } from "./connect.ts";

/** A page larger than this is what `--report` writes into a file, and nothing to send to a browser. */
const PAGE_MAX = 16_000_000;
const PAGES_KEPT = 100;

export const createReportStore = (db: Database): ReportStore => ({
  keep: ({ kind, id, title, from, to, figures, page, madeAt }) =>
    repeatableTransaction(db, async (trx) => {
      const kept = page.length > PAGE_MAX ? null : page;
      await sql`
        INSERT INTO flow.report (kind, report_id, title, from_at, to_at, figures, page, made_at)
        VALUES (${kind}, ${id}, ${title}, ${ts(from)}, ${ts(to)}, ${json(figures)}, ${kept}, ${ts(madeAt)})
        ON CONFLICT (kind, report_id) DO UPDATE SET title = excluded.title, from_at = excluded.from_at, to_at = excluded.to_at,
          figures = excluded.figures, page = excluded.page, made_at = excluded.made_at`.execute(trx);
      await sql`
        UPDATE flow.report SET page = NULL
        WHERE kind = ${kind} AND page IS NOT NULL AND report_id IN (
          SELECT report_id FROM flow.report WHERE kind = ${kind} ORDER BY made_at DESC, report_id OFFSET ${PAGES_KEPT})`.execute(
        trx,
      );
    }),
  keepModel: ({ hash, card, trainedAt }) =>
    repeatableTransaction(db, async (trx) => {
      await sql`INSERT INTO flow.model (hash, card, trained_at) VALUES (${hash}, ${card}::jsonb, ${ts(trainedAt)})
        ON CONFLICT (hash) DO UPDATE SET trained_at = excluded.trained_at`.execute(trx);
    }),
});
