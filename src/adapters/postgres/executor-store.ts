import { sql, type Transaction } from "kysely";
import { alertsOf } from "../../core/engine/alerts.ts";
import { fromJson, toJson } from "../../core/engine/encode.ts";
import type { EngineEvent } from "../../core/engine/event.ts";
import type { EngineState } from "../../core/engine/state.ts";
import { InvariantError } from "../../core/errors.ts";
import type { TradingMode } from "../../core/execution/position.ts";
import type { EngineBatch, ExecutorStore, JournalStep, LoadedEngine } from "../../ports/executor-store.ts";
import { json, ts } from "./codecs.ts";
import type { Database } from "./connect.ts";
import { loadInbox } from "./executor-inbox.ts";
import { saveAlert, saveChange, saveExecutorState } from "./executor-rows.ts";
import type { Schema } from "./schema.ts";

/** One executor trades per database, whatever its mode. */
export const EXECUTOR_LOCK = 7_165_728_003n;

export function createExecutorStore(db: Database, mode: TradingMode): ExecutorStore {
  const reader = `executor:${mode}`;
  return {
    tryLock: (onLost) => db.tryLock(EXECUTOR_LOCK, onLost),
    load: () => loadEngine(db, mode, reader),
    read: (query) => loadInbox(db, query),
    save: (batch) => db.transaction((trx) => saveBatch(trx, mode, reader, batch)),
  };
}

async function loadEngine(db: Database, mode: TradingMode, reader: string): Promise<LoadedEngine> {
  const row = await db.kysely
    .selectFrom("flow.executor_state")
    .select(["snapshot_seq", "snapshot"])
    .where("mode", "=", mode)
    .executeTakeFirst();
  const steps = await db.kysely
    .selectFrom("flow.journal")
    .select(["seq", "rule_version", "event", "commands"])
    .where("mode", "=", mode)
    .where("seq", ">", row?.snapshot_seq ?? 0n)
    .orderBy("seq")
    .execute();
  const cursor = await db.kysely
    .selectFrom("flow.reader_cursor")
    .select("seq")
    .where("reader", "=", reader)
    .executeTakeFirst();
  return {
    snapshot:
      row === undefined ? null : { seq: Number(row.snapshot_seq), state: fromJson(row.snapshot) as EngineState },
    steps: steps.map((step) => ({
      seq: Number(step.seq),
      ruleVersion: step.rule_version,
      event: fromJson(step.event) as EngineEvent,
      commands: fromJson(step.commands) as JournalStep["commands"],
    })),
    cursor: cursor?.seq ?? (await endOfIngest(db)),
  };
}

async function endOfIngest(db: Database): Promise<bigint> {
  const row = await db.kysely
    .selectFrom("flow.ingest")
    .select((eb) => eb.fn.max("seq").as("seq"))
    .executeTakeFirst();
  return row?.seq ?? 0n;
}

async function saveBatch(
  trx: Transaction<Schema>,
  mode: TradingMode,
  reader: string,
  batch: EngineBatch,
): Promise<void> {
  await saveSteps(trx, mode, batch.steps);
  for (const change of batch.changes) await saveChange(trx, mode, change);
  for (const { event, commands } of batch.steps) {
    for (const notice of alertsOf(commands)) await saveAlert(trx, notice, event.at);
  }
  await saveExecutorState(trx, mode, batch);
  await sql`
    INSERT INTO flow.reader_cursor (reader, seq, updated_at) VALUES (${reader}, ${batch.cursor}, ${ts(batch.at)})
    ON CONFLICT (reader) DO UPDATE SET seq = EXCLUDED.seq, updated_at = EXCLUDED.updated_at`.execute(trx);
  if (batch.handledControls.length > 0) {
    const ids = batch.handledControls.map(BigInt);
    await sql`UPDATE flow.command SET handled_at = ${ts(batch.at)} WHERE id IN (${sql.join(ids)})`.execute(trx);
  }
}

async function saveSteps(trx: Transaction<Schema>, mode: TradingMode, steps: readonly JournalStep[]): Promise<void> {
  if (steps.length === 0) return;
  const rows = steps.map(
    ({ seq, event, ruleVersion, commands }) =>
      sql`(${mode}, ${BigInt(seq)}::int8, ${ts(event.at)}, ${ruleVersion}::int4, ${json(toJson(event))}, ${json(toJson(commands))})`,
  );
  const { rows: written } = await sql`
    INSERT INTO flow.journal (mode, seq, at, rule_version, event, commands) VALUES ${sql.join(rows)}
    ON CONFLICT DO NOTHING RETURNING seq`.execute(trx);
  if (written.length !== steps.length) {
    throw new InvariantError("JOURNAL_TAKEN", "another executor has written these steps", { seq: steps[0]?.seq ?? 0 });
  }
}
