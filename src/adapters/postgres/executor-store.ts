import { sql, type Transaction } from "kysely";
import { alertsOf } from "../../core/engine/alerts.ts";
import { fromJson, toJson } from "../../core/engine/encode.ts";
import { packEvent, unpackEvent } from "../../core/engine/journal-form.ts";
import type { EngineState } from "../../core/engine/state.ts";
import { InvariantError } from "../../core/errors.ts";
import type { TradingMode } from "../../core/execution/position.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { EngineBatch, ExecutorStore, JournalStep, LoadedEngine } from "../../ports/executor-store.ts";
import { copyNull, copyText, copyTs, ts } from "./codecs.ts";
import type { Database } from "./connect.ts";
import { loadInbox } from "./executor-inbox.ts";
import { saveAlerts, saveChanges, saveExecutorState } from "./executor-rows.ts";
import type { Schema } from "./schema.ts";
import { loadClosedBets, saveSignificance } from "./significance-rows.ts";

/** One executor trades per database, whatever its mode. */
export const EXECUTOR_LOCK = 7_165_728_003n;

export function createExecutorStore(db: Database, mode: TradingMode): ExecutorStore {
  const reader = `executor:${mode}`;
  return {
    tryLock: (onLost) => db.tryLock(EXECUTOR_LOCK, onLost),
    load: () => loadEngine(db, mode, reader),
    read: (query) => loadInbox(db, query),
    save: (batch) => db.transaction((trx) => saveBatch(db, trx, mode, reader, batch)),
    closedBets: () => loadClosedBets(db, mode),
    saveSignificance: (records, at) => saveSignificance(db, mode, records, at),
  };
}

async function loadEngine(db: Database, mode: TradingMode, reader: string): Promise<LoadedEngine> {
  const row = await db.kysely
    .selectFrom("flow.executor_state")
    .select(["snapshot_seq", "snapshot", "money_seq", "money"])
    .where("mode", "=", mode)
    .executeTakeFirst();
  const steps = await db.kysely
    .selectFrom("flow.journal")
    .select(["seq", "rule_version", "event", "commands", "state_hash"])
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
    money:
      row === undefined || row.money_seq === null
        ? null
        : { seq: Number(row.money_seq), state: fromJson(row.money) as EngineState },
    steps: steps.map((step) => ({
      seq: Number(step.seq),
      ruleVersion: step.rule_version,
      event: unpackEvent(step.event),
      commands: fromJson(step.commands) as JournalStep["commands"],
      stateHash: step.state_hash,
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
  db: Database,
  trx: Transaction<Schema>,
  mode: TradingMode,
  reader: string,
  batch: EngineBatch,
): Promise<void> {
  await saveSteps(db, trx, mode, batch.steps);
  await saveChanges(trx, mode, batch.changes);
  const notices = batch.steps.flatMap(({ event, commands }) =>
    alertsOf(commands).map((notice) => ({ notice, at: event.at })),
  );
  await saveAlerts(trx, notices);
  if (batch.snapshot) await forgetSteps(trx, mode, batch.forgetBefore);
  await saveExecutorState(trx, mode, batch);
  await sql`
    INSERT INTO flow.reader_cursor (reader, seq, updated_at) VALUES (${reader}, ${batch.cursor}, ${ts(batch.at)})
    ON CONFLICT (reader) DO UPDATE SET seq = EXCLUDED.seq, updated_at = EXCLUDED.updated_at`.execute(trx);
  if (batch.handledControls.length > 0) {
    const ids = batch.handledControls.map(BigInt);
    await sql`UPDATE flow.command SET handled_at = ${ts(batch.at)} WHERE id IN (${sql.join(ids)})`.execute(trx);
  }
}

const JOURNAL_COLUMNS = ["mode", "seq", "at", "rule_version", "event", "commands", "state_hash"];
const UNIQUE_VIOLATION = "23505";

async function saveSteps(
  db: Database,
  trx: Transaction<Schema>,
  mode: TradingMode,
  steps: readonly JournalStep[],
): Promise<void> {
  if (steps.length === 0) return;
  try {
    await db.copyInto(trx, "flow.journal", JOURNAL_COLUMNS, journalLines(mode, steps));
  } catch (error) {
    if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
    throw new InvariantError("JOURNAL_TAKEN", "another executor has written these steps", { seq: steps[0]?.seq ?? 0 });
  }
}

/** At one time; more than lie between two snapshots, so that it keeps up. */
const FORGOTTEN_MAX = 50_000;

/** The snapshot still stored is the last but one: what came after it stays. */
async function forgetSteps(trx: Transaction<Schema>, mode: TradingMode, before: EpochMs): Promise<void> {
  await sql`
    DELETE FROM flow.journal WHERE mode = ${mode} AND seq <= (
      SELECT max(oldest.seq) FROM (
        SELECT seq, at FROM flow.journal WHERE mode = ${mode} ORDER BY seq LIMIT ${FORGOTTEN_MAX}
      ) oldest
      WHERE oldest.at < ${ts(before)}
        AND oldest.seq <= (SELECT snapshot_seq FROM flow.executor_state WHERE mode = ${mode})
    )`.execute(trx);
}

/** Made while they are sent: a burst is ten thousand of them. */
function* journalLines(mode: TradingMode, steps: readonly JournalStep[]): Generator<string> {
  for (const { seq, event, ruleVersion, commands, stateHash } of steps) {
    const texts = [packEvent(event), toJson(commands)].map((value) => copyText(JSON.stringify(value)));
    yield `${[mode, seq, copyTs(event.at), ruleVersion, ...texts, stateHash ?? copyNull].join("\t")}\n`;
  }
}
