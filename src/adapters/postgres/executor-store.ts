import { sql, type Transaction } from "kysely";
import { fromJson } from "../../core/engine/encode.ts";
import { unpackRows } from "../../core/engine/rows-form.ts";
import type { EngineState } from "../../core/engine/state.ts";
import { InvariantError } from "../../core/errors.ts";
import type { TradingMode } from "../../core/execution/position.ts";
import type { EngineBatch, ExecutorStore, LoadedEngine } from "../../ports/executor-store.ts";
import { type Database, repeatableTransaction } from "./connect.ts";
import { loadInbox } from "./executor-inbox.ts";
import { saveAlerts, saveChanges } from "./executor-rows.ts";
import { appendSteps, saveSteps } from "./executor-state.ts";
import { JOURNAL_COLUMNS, toSteps } from "./journal-rows.ts";
import { LOCKS } from "./locks.ts";
import type { Schema } from "./schema.ts";
import { loadClosedBets, saveSignificance } from "./significance-rows.ts";

export function createExecutorStore(db: Database, mode: TradingMode): ExecutorStore {
  const reader = `executor:${mode}`;
  const journal = { mode, reader };
  return {
    // One trades per database, whatever its mode.
    tryLock: (onLost) => db.tryLock(LOCKS.executor, onLost),
    load: () => loadEngine(db, mode, reader),
    read: (query) => loadInbox(db, query),
    append: (batch) => ownSteps(batch, () => appendSteps(db, journal, batch)),
    save: (batch) =>
      ownSteps(batch, () =>
        db.transaction(async (trx) => {
          await saveSteps(trx, journal, batch);
          await saveChanges(trx, mode, batch.changes);
          await saveAlerts(trx, batch.notices);
        }),
      ),
    closedBets: () => loadClosedBets(db, mode),
    saveSignificance: (records, at) => saveSignificance(db, mode, records, at),
  };
}

/** Of one moment: the executor before may have lost its place with something under way. */
function loadEngine(db: Database, mode: TradingMode, reader: string): Promise<LoadedEngine> {
  return repeatableTransaction(db, async (trx) => {
    await sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`.execute(trx);
    return readEngine(trx, mode, reader);
  });
}

async function readEngine(trx: Transaction<Schema>, mode: TradingMode, reader: string): Promise<LoadedEngine> {
  const row = await trx
    .selectFrom("flow.executor_state")
    .select(["snapshot_seq", "snapshot", "money_seq", "money", "waiting"])
    .where("mode", "=", mode)
    .executeTakeFirst();
  const rows = await trx
    .selectFrom("flow.journal")
    .select(JOURNAL_COLUMNS)
    .where("mode", "=", mode)
    .where("seq", ">", row?.snapshot_seq ?? 0n)
    .orderBy("seq")
    .execute();
  const cursor = await trx
    .selectFrom("flow.reader_cursor")
    .select("seq")
    .where("reader", "=", reader)
    .executeTakeFirst();
  const { money_seq: moneySeq = null, money = null, waiting = null } = row ?? {};
  const moneyState = money === null ? null : (fromJson(JSON.parse(money)) as EngineState);
  return {
    snapshot:
      row === undefined ? null : { seq: Number(row.snapshot_seq), state: fromJson(row.snapshot) as EngineState },
    money: moneySeq === null || moneyState === null ? null : { seq: Number(moneySeq), state: moneyState },
    waiting: waiting === null ? null : unpackRows(JSON.parse(waiting), moneyState),
    steps: toSteps(rows),
    cursor: cursor?.seq ?? (await endOfIngest(trx)),
  };
}

async function endOfIngest(trx: Transaction<Schema>): Promise<bigint> {
  const row = await trx
    .selectFrom("flow.ingest")
    .select((eb) => eb.fn.max("seq").as("seq"))
    .executeTakeFirst();
  return row?.seq ?? 0n;
}

const UNIQUE_VIOLATION = "23505";

async function ownSteps<T>(batch: EngineBatch, save: () => Promise<T>): Promise<T> {
  try {
    return await save();
  } catch (error) {
    if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
    throw new InvariantError("JOURNAL_TAKEN", "another executor has written these steps", { seq: batch.seq });
  }
}
