import { setImmediate } from "node:timers/promises";
import { type RawBuilder, sql, type Transaction } from "kysely";
import { entriesStoppedUntil } from "../../core/engine/account.ts";
import { moneyOf } from "../../core/engine/recover.ts";
import { packRows } from "../../core/engine/rows-form.ts";
import { InvariantError } from "../../core/errors.ts";
import type { TradingMode } from "../../core/execution/position.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { EngineBatch, JournalStep } from "../../ports/executor-store.ts";
import { int8Array, ts, tsOrNull } from "./codecs.ts";
import type { Database } from "./connect.ts";
import { insertRows, textOf, toRows } from "./journal-rows.ts";
import { PREPARED } from "./pool.ts";
import type { Schema } from "./schema.ts";

/** Whose steps they are, and under which name it reads the chain. */
export type Journal = { readonly mode: TradingMode; readonly reader: string };

/** More steps are stored in parts of so many: the next is written while the server reads this one, and less is held. */
const PART = 2_000;

/**
 * Steps, state, place and handled commands in one statement, which is a transaction of its own: all of it hangs on the
 * state being the one that the steps began from.
 */
export async function appendSteps(db: Database, journal: Journal, batch: EngineBatch): Promise<void> {
  if (batch.steps.length > PART) return db.transaction((trx) => appendInParts(trx, journal, batch));
  const { rows } = await sql<{ own: bigint }>`
    ${PREPARED}WITH own AS (${moveState(journal.mode, batch)}
    ), step AS (${insertRows(journal.mode, toRows(batch.steps), sql`own,`)}
    ), place AS (${insertPlace(journal.reader, batch, sql`FROM own`)}
    ), handled AS (${handleControls(batch, sql`AND EXISTS (SELECT FROM own)`)}
    )
    SELECT count(*) AS own FROM own`.execute(db.kysely);
  requireOwnState(Number(rows[0]?.own ?? 0), batch.seq);
}

async function appendInParts(trx: Transaction<Schema>, journal: Journal, batch: EngineBatch): Promise<void> {
  const { rows } = await moveState(journal.mode, batch).execute(trx);
  requireOwnState(rows.length, batch.seq);
  await insertParts(trx, journal.mode, batch.steps);
  await insertPlace(journal.reader, batch, sql``).execute(trx);
  if (batch.handledControls.length > 0) await handleControls(batch, sql``).execute(trx);
}

/** The state goes on from the one that the steps began from, or not at all. */
function moveState(mode: TradingMode, batch: EngineBatch): RawBuilder<unknown> {
  const { steps, seq, state, moneyMoved } = batch;
  const waiting = JSON.stringify(packRows(batch, moneyMoved ? state : { signals: {}, orders: {} }));
  return sql`
      UPDATE flow.executor_state SET ${figuresOf(batch)}, waiting = ${waiting}
      WHERE mode = ${mode} AND seq = ${BigInt(seq - steps.length)} RETURNING mode`;
}

/** The same as part of a transaction that also brings rows; a snapshot leaves out what it holds itself. */
export async function saveSteps(trx: Transaction<Schema>, journal: Journal, batch: EngineBatch): Promise<void> {
  const { mode, reader } = journal;
  await insertParts(trx, mode, batch.steps);
  if (batch.lateHash !== null) {
    await sql`UPDATE flow.journal SET state_hash = ${batch.lateHash}
      WHERE mode = ${mode} AND seq = ${BigInt(batch.seq)}`.execute(trx);
  }
  if (batch.snapshot) await forgetSteps(trx, mode, batch.forgetBefore);
  await saveState(trx, mode, batch);
  await insertPlace(reader, batch, sql``).execute(trx);
  if (batch.handledControls.length > 0) await handleControls(batch, sql``).execute(trx);
}

async function insertParts(trx: Transaction<Schema>, mode: TradingMode, steps: readonly JournalStep[]): Promise<void> {
  let before: Promise<unknown> = Promise.resolve();
  for (let from = 0; from < steps.length; from += PART) {
    const part = sql`${PREPARED}${insertRows(mode, toRows(steps.slice(from, from + PART)), sql``)}`.compile(trx);
    await before;
    before = trx.executeQuery(part);
    // Whoever waits for it is told; until then nobody does.
    before.catch(() => {});
    // It leaves before the next is written.
    if (from + PART < steps.length) await setImmediate();
  }
  await before;
}

async function saveState(trx: Transaction<Schema>, mode: TradingMode, batch: EngineBatch): Promise<void> {
  const { state } = batch;
  const seq = BigInt(batch.seq);
  if (!batch.snapshot) {
    const { rows } = await sql`
      UPDATE flow.executor_state SET ${figuresOf(batch)}, waiting = NULL WHERE mode = ${mode} AND seq <= ${seq}
      RETURNING mode`.execute(trx);
    return requireOwnState(rows.length, batch.seq);
  }
  const { rows } = await sql`
    INSERT INTO flow.executor_state VALUES (
      ${mode}, ${seq}, ${state.config.capitalUsd}, ${state.cashUsd}, ${state.realizedUsd}, ${state.equity.equityUsd},
      ${Object.keys(state.positions).length}, ${state.tradingState}, ${tsOrNull(entriesStoppedUntil(state))},
      ${ts(batch.at)}, ${seq}, ${textOf(state)}::jsonb
    )
    ON CONFLICT (mode) DO UPDATE SET ${figuresOf({ ...batch, moneyMoved: false })},
      snapshot_seq = EXCLUDED.snapshot_seq, snapshot = EXCLUDED.snapshot, money_seq = NULL, money = NULL, waiting = NULL
    WHERE executor_state.seq <= EXCLUDED.seq RETURNING mode`.execute(trx);
  requireOwnState(rows.length, batch.seq);
}

function figuresOf({ state, seq, at, moneyMoved }: EngineBatch): RawBuilder<unknown> {
  const money = moneyMoved ? sql`, money_seq = ${BigInt(seq)}, money = ${textOf(moneyOf(state))}` : sql``;
  return sql`seq = ${BigInt(seq)}, capital_micros = ${state.config.capitalUsd}, cash_micros = ${state.cashUsd},
    realized_micros = ${state.realizedUsd}, equity_micros = ${state.equity.equityUsd},
    open_positions = ${Object.keys(state.positions).length}, trading_state = ${state.tradingState},
    entries_stopped_until = ${tsOrNull(entriesStoppedUntil(state))}, updated_at = ${ts(at)}${money}`;
}

const insertPlace = (reader: string, { cursor, at }: EngineBatch, from: RawBuilder<unknown>) => sql`
  INSERT INTO flow.reader_cursor (reader, seq, updated_at) SELECT ${reader}, ${cursor}::bigint, ${ts(at)} ${from}
  ON CONFLICT (reader) DO UPDATE SET seq = EXCLUDED.seq, updated_at = EXCLUDED.updated_at`;

const handleControls = ({ handledControls, at }: EngineBatch, also: RawBuilder<unknown>) => sql`
  UPDATE flow.command SET handled_at = ${ts(at)} WHERE id = ANY (${int8Array(handledControls.map(BigInt))}) ${also}`;

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

/** A state further on than ours was written by somebody else. */
function requireOwnState(rows: number, seq: number): void {
  if (rows === 1) return;
  throw new InvariantError("STATE_TAKEN", "another executor has gone on from this state", { seq });
}
