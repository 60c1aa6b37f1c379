import { sql, type Transaction } from "kysely";
import type { Address, MarketId } from "../../core/ids/ids.ts";
import { type MarketSpan, marketSpan } from "../../core/reputation/entries.ts";
import type { ImportedUnit } from "../../core/reputation/imported-units.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type {
  Candidate,
  ImportCounts,
  ImportedDay,
  ImportedWallet,
  ImportRun,
  ImportStore,
} from "../../ports/import-store.ts";
import {
  boolArray,
  bytes,
  bytesArray,
  int4Array,
  int8Array,
  numericArray,
  textArray,
  ts,
  tsArray,
  tsOrNull,
} from "./codecs.ts";
import { type Database, repeatableTransaction } from "./connect.ts";
import { LOCKS } from "./locks.ts";
import { markWallets } from "./reputation/score-steps.ts";
import type { Schema } from "./schema.ts";

type Trx = Transaction<Schema>;

const SOURCE = "data-api";

/** Writes what migration 0007 creates but reconciliations, and marks wallets in flow.score_due. */
export function createImportStore(db: Database): ImportStore {
  return {
    lock: () => db.tryLock(LOCKS.accountImport),
    async hasScores() {
      const { rows } = await sql<{ has: boolean }>`
        SELECT EXISTS (SELECT FROM flow.wallet_score)
          OR EXISTS (SELECT FROM flow.import_run WHERE finished_at IS NOT NULL) AS has`.execute(db.kysely);
      return rows[0]?.has === true;
    },
    async unfinishedRun(notBefore) {
      const row = await db.kysely
        .selectFrom("flow.import_run")
        .selectAll()
        .orderBy("run_id", "desc")
        .limit(1)
        .executeTakeFirst();
      if (row === undefined || row.finished_at !== null || row.started_at < notBefore) return null;
      const { run_id: runId, wallets_wanted: walletsWanted, days } = row;
      return { runId, walletsWanted, days, historyFrom: row.history_from, startedAt: row.started_at };
    },
    startRun: async (run, candidates) => {
      await addWallets(db, candidates);
      return repeatableTransaction(db, (trx) => startRun(trx, run, candidates));
    },
    async pending(runId) {
      const { rows } = await sql<{ address: string }>`
        SELECT w.address FROM flow.import_wallet i JOIN flow.wallet w USING (wallet_key)
        WHERE i.run_id = ${runId} AND i.state = 'PENDING' ORDER BY i.place`.execute(db.kysely);
      return rows.map((row) => row.address as Address);
    },
    counts: (runId) => countStates(db, runId),
    save: (runId, wallet, at) => repeatableTransaction(db, (trx) => save(trx, runId, wallet, at)),
    async finishRun(runId, at) {
      await sql`UPDATE flow.import_run SET finished_at = ${ts(at)} WHERE run_id = ${runId}`.execute(db.kysely);
    },
    spans: (markets) => loadSpans(db, markets),
  };
}

/** In a statement and a transaction of its own: the listener, which adds wallets too, never waits for more than that. */
async function addWallets(db: Database, candidates: readonly Candidate[]): Promise<void> {
  const addresses = candidates.map(({ wallet }) => wallet).sort();
  await sql`INSERT INTO flow.wallet (address) SELECT * FROM unnest(${bytesArray(addresses)})
    ON CONFLICT DO NOTHING`.execute(db.kysely);
}

async function startRun(
  trx: Trx,
  { walletsWanted, days, historyFrom, startedAt }: Omit<ImportRun, "runId">,
  candidates: readonly Candidate[],
): Promise<ImportRun> {
  const { rows } = await sql<{ run_id: number }>`
    INSERT INTO flow.import_run (source, wallets_wanted, days, history_from, started_at)
    VALUES (${SOURCE}, ${walletsWanted}, ${days}, ${ts(historyFrom)}, ${ts(startedAt)}) RETURNING run_id`.execute(trx);
  const runId = rows[0]?.run_id ?? 0;
  await sql`INSERT INTO flow.import_wallet (wallet_key, run_id, place, found_on, state)
    SELECT w.wallet_key, ${runId}::int, c.place, c.found_on, 'PENDING'
    FROM unnest(${bytesArray(candidates.map(({ wallet }) => wallet))}, ${textArray(candidates.map((c) => c.foundOn))})
      WITH ORDINALITY AS c (address, found_on, place) JOIN flow.wallet w USING (address)
    ON CONFLICT (wallet_key) DO UPDATE SET run_id = excluded.run_id, place = excluded.place,
      found_on = excluded.found_on, state = 'PENDING', reason = NULL`.execute(trx);
  return { runId, walletsWanted, days, historyFrom, startedAt };
}

async function countStates(db: Database, runId: number): Promise<ImportCounts> {
  const { rows } = await sql<{ state: string; reason: string | null; n: bigint }>`
    SELECT state, reason, count(*) AS n FROM flow.import_wallet WHERE run_id = ${runId}
    GROUP BY state, reason ORDER BY n DESC`.execute(db.kysely);
  const of = (state: string): number =>
    rows.filter((row) => row.state === state).reduce((sum, row) => sum + Number(row.n), 0);
  return {
    ...{ pending: of("PENDING"), done: of("DONE"), incomplete: of("INCOMPLETE"), failed: of("FAILED") },
    reasons: new Map(rows.flatMap(({ reason, n }) => (reason === null ? [] : [[reason, Number(n)]]))),
  };
}

async function save(trx: Trx, runId: number, imported: ImportedWallet, at: EpochMs): Promise<void> {
  const isDone = imported.state === "DONE";
  const { rows } = await sql<{ wallet_key: number }>`
    UPDATE flow.import_wallet i SET state = ${imported.state}, reason = ${isDone ? null : imported.reason},
      history_rows = ${imported.rows}, imported_at = ${ts(at)},
      history_from = (SELECT history_from FROM flow.import_run WHERE run_id = ${runId}),
      last_activity_at = ${tsOrNull(isDone ? imported.lastActivityAt : null)}
    FROM flow.wallet w WHERE w.wallet_key = i.wallet_key AND w.address = ${bytes(imported.wallet)} AND i.run_id = ${runId}
    RETURNING i.wallet_key`.execute(trx);
  const key = rows[0]?.wallet_key;
  if (key === undefined) return;
  await sql`DELETE FROM flow.import_unit WHERE wallet_key = ${key}`.execute(trx);
  await sql`DELETE FROM flow.import_day WHERE wallet_key = ${key}`.execute(trx);
  if (isDone) {
    await insertUnits(trx, key, imported.units);
    await insertDays(trx, key, imported.days);
  }
  await markWallets(trx, [key]);
}

const asNumber = (value: bigint | null): string | null => (value === null ? null : value.toString());

async function insertUnits(trx: Trx, key: number, units: readonly ImportedUnit[]): Promise<void> {
  const of = <T>(pick: (unit: ImportedUnit) => T): T[] => units.map(pick);
  await sql`INSERT INTO flow.import_unit (wallet_key, condition_id, paid_in, realised, timed_cost, ahead_cost, cost_ms,
      opened_at, resolved_at, closed_at, is_incomplete, bought_both, roi_micros, edge_micros)
    SELECT ${key}::int, u.* FROM unnest(${bytesArray(of((u) => u.marketId))}, ${int8Array(of((u) => u.unit.paidIn))},
      ${int8Array(of((u) => u.unit.realised))}, ${int8Array(of((u) => u.entries.timedCost))},
      ${int8Array(of((u) => u.entries.aheadCost))}, ${numericArray(of((u) => u.entries.costMs.toString()))},
      ${tsArray(of((u) => u.unit.openedAt))}, ${tsArray(of((u) => u.unit.resolvedAt))}, ${tsArray(of((u) => u.closedAt))},
      ${boolArray(of((u) => u.unit.isIncomplete))}, ${boolArray(of((u) => u.boughtBoth))},
      ${numericArray(of((u) => asNumber(u.roiMicros)))}, ${numericArray(of((u) => asNumber(u.edgeMicros)))}) u`.execute(
    trx,
  );
}

async function insertDays(trx: Trx, key: number, days: readonly ImportedDay[]): Promise<void> {
  await sql`INSERT INTO flow.import_day (wallet_key, epoch_day, fills, volume_micros, maker_volume_micros)
    SELECT ${key}::int, d.* FROM unnest(${int4Array(days.map((d) => d.epochDay))},
      ${int8Array(days.map((d) => BigInt(d.fills)))}, ${int8Array(days.map((d) => d.volume))},
      ${int8Array(days.map((d) => d.makerVolume))}) d`.execute(trx);
}

async function loadSpans(db: Database, markets: readonly MarketId[]): Promise<ReadonlyMap<MarketId, MarketSpan>> {
  const { rows } = await sql<{ condition_id: string; starts_at: EpochMs; ends_at: EpochMs }>`
    SELECT condition_id, starts_at, ends_at FROM flow.market
    WHERE condition_id = ANY(${bytesArray(markets)}) AND starts_at IS NOT NULL AND ends_at IS NOT NULL`.execute(
    db.kysely,
  );
  return new Map(
    rows.flatMap((row) => {
      const span = marketSpan(row.starts_at, row.ends_at);
      return span === null ? [] : [[row.condition_id as MarketId, span] as const];
    }),
  );
}
