import { type RawBuilder, sql, type Transaction } from "kysely";
import type { Redemption } from "../../core/chain/redemption.ts";
import { fromJson, type Json, toJson } from "../../core/engine/encode.ts";
import { InvariantError } from "../../core/errors.ts";
import type { MarketId, TxHash } from "../../core/ids/ids.ts";
import { formatShares, formatUsd, parseUsd } from "../../core/money/amounts.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { RedemptionOutcome, RedemptionRecord, SettlementStore } from "../../ports/settlement-store.ts";
import { bytes, json, ts, tsOrNull } from "./codecs.ts";
import type { Database } from "./connect.ts";
import type { Schema } from "./schema.ts";

type Id = Parameters<SettlementStore["markSent"]>[0];

/** Writes flow.redemption and flow.claim. */
export function createSettlementStore(db: Database): SettlementStore {
  const change = (id: Id, assignments: RawBuilder<unknown>): Promise<void> =>
    db.transaction(async (trx) => {
      const { numAffectedRows } = await sql`
        UPDATE flow.redemption SET ${assignments} WHERE ${idIs(id)}`.execute(trx);
      if (numAffectedRows !== 1n)
        throw new InvariantError("REDEMPTION_UNKNOWN", "a redemption is stored before it is sent", { ...id });
    });
  return {
    candidates: (since, redeemedSince) =>
      db.transaction(async (trx) => {
        const { rows } = await sql<{ condition_id: string; neg_risk: boolean }>`
          SELECT m.condition_id, m.neg_risk FROM flow.market m JOIN flow.resolution r USING (market_key)
          WHERE r.resolved_at >= ${ts(since)} AND m.neg_risk IS NOT NULL
            AND EXISTS (SELECT 1 FROM flow.live_order o WHERE o.condition_id = m.condition_id)
            AND NOT EXISTS (SELECT 1 FROM flow.redemption d
              WHERE d.condition_id = m.condition_id AND d.outcome = 'REDEEMED' AND d.finished_at >= r.resolved_at
                AND (length(m.condition_id) > 31 OR d.finished_at < ${ts(redeemedSince)}))
          ORDER BY r.resolved_at, m.condition_id`.execute(trx);
        return rows.map((row) => ({ marketId: row.condition_id as MarketId, negRisk: row.neg_risk }));
      }),
    open: () =>
      db.transaction(async (trx) => {
        const { rows } = await select(sql`outcome IS NULL ORDER BY signed_at, condition_id`).execute(trx);
        return rows.map(toRecord);
      }),
    last: (marketId) =>
      db.transaction(async (trx) => {
        const newest = select(sql`condition_id = ${bytes(marketId)} ORDER BY attempt DESC`);
        const records = (await newest.execute(trx)).rows.map(toRecord);
        const [record] = records;
        if (record === undefined) return null;
        const succeeded = records.findIndex(({ outcome }) => outcome === "REDEEMED");
        return { record, failures: succeeded === -1 ? records.length : succeeded };
      }),
    add: (record) =>
      db.transaction(async (trx) => {
        const { marketId, attempt, request, signature, txHash, payoutUsd, signedAt } = record;
        await sql`INSERT INTO flow.redemption (condition_id, attempt, request, signature, tx_hash, payout_usd, signed_at)
          VALUES (${bytes(marketId)}, ${attempt}, ${json(toJson(request))}, ${signature},
            ${txHash === null ? null : bytes(txHash)}, ${formatUsd(payoutUsd)}::numeric, ${ts(signedAt)})
          ON CONFLICT (condition_id, attempt) DO NOTHING`.execute(trx);
        return mustFind(trx, record);
      }),
    markSent: (id, at) => change(id, sql`last_sent_at = ${ts(at)}, sends = sends + 1`),
    markRelayed: (id, relayId) => change(id, sql`relay_id = ${relayId}`),
    finish: (id, outcome, reason, at) =>
      change(
        id,
        sql`reason = CASE WHEN outcome IS NULL THEN ${reason}::text ELSE reason END,
          finished_at = coalesce(finished_at, ${ts(at)}), outcome = coalesce(outcome, ${outcome}::text)`,
      ),
    saveClaims: (claims, at) =>
      db.transaction(async (trx) => {
        await sql`DELETE FROM flow.claim`.execute(trx);
        for (const { marketId, held, payoutUsd, obstacle } of claims)
          await sql`INSERT INTO flow.claim (condition_id, shares_0, shares_1, payout_usd, obstacle, read_at)
            VALUES (${bytes(marketId)}, ${formatShares(held[0])}::numeric, ${formatShares(held[1])}::numeric,
              ${formatUsd(payoutUsd)}::numeric, ${obstacle}, ${tsOrNull(at)})`.execute(trx);
      }),
  };
}

const idIs = ({ marketId, attempt }: Id) => sql`condition_id = ${bytes(marketId)} AND attempt = ${attempt}`;

type Row = {
  readonly condition_id: string;
  readonly attempt: number;
  readonly request: Json;
  readonly signature: string;
  readonly tx_hash: string | null;
  readonly payout_usd: string;
  readonly signed_at: EpochMs;
  readonly last_sent_at: EpochMs | null;
  readonly relay_id: string | null;
  readonly outcome: RedemptionOutcome | null;
  readonly reason: string | null;
  readonly finished_at: EpochMs | null;
};

const select = (where: RawBuilder<unknown>): RawBuilder<Row> => sql<Row>`
  SELECT condition_id, attempt, request, signature, tx_hash, payout_usd, signed_at, last_sent_at, relay_id, outcome,
    reason, finished_at
  FROM flow.redemption WHERE ${where}`;

async function mustFind(trx: Transaction<Schema>, id: Id): Promise<RedemptionRecord> {
  const { rows } = await select(idIs(id)).execute(trx);
  if (rows[0] === undefined) throw new InvariantError("REDEMPTION_UNKNOWN", "just stored, and gone", { ...id });
  return toRecord(rows[0]);
}

function toRecord(row: Row): RedemptionRecord {
  const payoutUsd = parseUsd(row.payout_usd);
  if (payoutUsd === null) throw new InvariantError("AMOUNT_UNREADABLE", `no amount: ${row.payout_usd}`);
  return {
    ...{ marketId: row.condition_id as MarketId, attempt: row.attempt, payoutUsd },
    ...{ request: fromJson(row.request) as Redemption, signature: row.signature as `0x${string}` },
    ...{ txHash: row.tx_hash as TxHash | null, signedAt: row.signed_at, lastSentAt: row.last_sent_at },
    ...{ relayId: row.relay_id, outcome: row.outcome, reason: row.reason, finishedAt: row.finished_at },
  };
}
