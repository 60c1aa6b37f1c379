import { sql } from "kysely";
import type { RunOptions } from "../../core/backtest/run.ts";
import type { GridPoint } from "../../core/backtest/sweep/grid.ts";
import type { VariantFigures } from "../../core/backtest/sweep/variant-figures.ts";
import { fromJson, type Json, toJson } from "../../core/engine/encode.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { SweepPlan, SweepStore } from "../../ports/sweep.ts";
import { int4Array, json, textArray, ts } from "./codecs.ts";
import { type Database, repeatableTransaction } from "./connect.ts";

export const createSweepStore = (db: Database): SweepStore => ({
  begin: (sweep, at) =>
    repeatableTransaction(db, async (trx) => {
      await sql`INSERT INTO flow.sweep (sweep_id, plan, begun_at) VALUES (${sweep.id}, ${json(toJson(sweep.plan))}, ${ts(at)})
        ON CONFLICT DO NOTHING`.execute(trx);
      const { variants } = sweep;
      await sql`INSERT INTO flow.sweep_variant (sweep_id, hash, place, point, options)
        SELECT ${sweep.id}, hash, place, point::jsonb, options::jsonb FROM unnest(${textArray(variants.map(({ hash }) => hash))},
          ${int4Array(variants.map((_, place) => place))}, ${textArray(variants.map(({ point }) => JSON.stringify(point)))},
          ${textArray(variants.map(({ options }) => JSON.stringify(toJson(options))))}) AS v (hash, place, point, options)
        ON CONFLICT DO NOTHING`.execute(trx);
    }),
  async load(id) {
    const found = await sql<{ plan: Json }>`SELECT plan FROM flow.sweep WHERE sweep_id = ${id}`.execute(db.kysely);
    const plan = found.rows[0]?.plan;
    if (plan === undefined) return null;
    const { rows } = await sql<{ hash: string; point: GridPoint; options: Json }>`
      SELECT hash, point, options FROM flow.sweep_variant WHERE sweep_id = ${id} ORDER BY place`.execute(db.kysely);
    const variants = rows.map(({ options, ...row }) => ({ ...row, options: fromJson(options) as RunOptions }));
    return { id, plan: fromJson(plan) as SweepPlan, variants };
  },
  async list() {
    const { rows } = await sql<{ id: string; begun: EpochMs; variants: bigint; done: bigint }>`
      SELECT s.sweep_id AS id, s.begun_at AS begun, count(*) AS variants, count(v.finished_at) AS done
      FROM flow.sweep s JOIN flow.sweep_variant v USING (sweep_id) GROUP BY 1, 2 ORDER BY 2 DESC, 1`.execute(db.kysely);
    return rows.map(({ id, begun, variants, done }) => ({
      id,
      begunAt: begun,
      variants: Number(variants),
      done: Number(done),
    }));
  },
  async results(id) {
    const { rows } = await sql<{ hash: string; figures: VariantFigures }>`
      SELECT hash, figures FROM flow.sweep_variant WHERE sweep_id = ${id} AND figures IS NOT NULL`.execute(db.kysely);
    return new Map(rows.map(({ hash, figures }) => [hash, figures]));
  },
  async finished(id) {
    const { rows } = await sql<{ hash: string }>`
      SELECT hash FROM flow.sweep_variant WHERE sweep_id = ${id} AND finished_at IS NOT NULL`.execute(db.kysely);
    return new Set(rows.map(({ hash }) => hash));
  },
  save: (id, hash, figures, at) =>
    repeatableTransaction(db, async (trx) => {
      await sql`UPDATE flow.sweep_variant SET figures = ${json(figures)}, finished_at = ${ts(at)}
        WHERE sweep_id = ${id} AND hash = ${hash}`.execute(trx);
    }),
});
