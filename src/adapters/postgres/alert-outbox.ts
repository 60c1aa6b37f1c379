import { sql } from "kysely";
import type { EpochMs } from "../../core/time/time.ts";
import type { Alert, AlertFacts, AlertKind, AlertOutbox } from "../../ports/alert-outbox.ts";
import { int8Array, json, ts } from "./codecs.ts";
import { type Database, repeatableTransaction } from "./connect.ts";
import { LOCKS } from "./locks.ts";

/** One sender per database, or every alert would be sent twice. */
export function createAlertOutbox(db: Database): AlertOutbox {
  return {
    tryLock: (onLost) => db.tryLock(LOCKS.alertSender, onLost),
    async waiting(limit) {
      const { rows } = await sql<{ id: bigint; kind: AlertKind; payload: AlertFacts; created_at: EpochMs }>`
        SELECT id, kind, payload, created_at FROM flow.alert_outbox
        WHERE sent_at IS NULL AND dropped_at IS NULL ORDER BY id LIMIT ${limit}`.execute(db.kysely);
      return rows.map(
        ({ id, kind, payload, created_at }): Alert => ({
          id: id.toString(),
          kind,
          facts: payload,
          createdAt: created_at,
        }),
      );
    },
    markSent: (ids, at) =>
      repeatableTransaction(db, async (trx) => {
        await sql`UPDATE flow.alert_outbox SET sent_at = ${ts(at)}
          WHERE id = ANY(${int8Array(ids.map(BigInt))}) AND sent_at IS NULL`.execute(trx);
      }),
    drop: (ids, failure, at) =>
      repeatableTransaction(db, async (trx) => {
        await sql`UPDATE flow.alert_outbox SET dropped_at = ${ts(at)}, failure = ${failure}
          WHERE id = ANY(${int8Array(ids.map(BigInt))}) AND sent_at IS NULL`.execute(trx);
      }),
    record: (key, kind, facts, at) =>
      repeatableTransaction(db, async (trx) => {
        await sql`INSERT INTO flow.alert_outbox (dedup_key, kind, payload, created_at)
          VALUES (${key}, ${kind}, ${json(facts)}, ${ts(at)}) ON CONFLICT (dedup_key) DO NOTHING`.execute(trx);
      }),
    async chainAsOf() {
      const { rows } = await sql<{ block_time: EpochMs }>`
        SELECT block_time FROM flow.block ORDER BY block_number DESC LIMIT 1`.execute(db.kysely);
      return rows[0]?.block_time ?? null;
    },
  };
}
