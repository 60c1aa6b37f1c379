import { type Kysely, sql } from "kysely";
import type { ExchangeOrder } from "../../core/chain/exchange-order.ts";
import { fromJson, type Json, toJson } from "../../core/engine/encode.ts";
import type { AccountBooks, AccountDifference, BookedOrder } from "../../core/execution/account-differences.ts";
import type { OrderResult } from "../../core/execution/order.ts";
import { totalExecutions } from "../../core/execution/simulate-fill.ts";
import type { VenueTrade } from "../../core/execution/venue-answer.ts";
import type { Address, ClientOrderId, OrderHash, TokenId } from "../../core/ids/ids.ts";
import { type ShareMicros, shares, sumUsd, usd, ZERO_USD } from "../../core/money/amounts.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { LiveAccountRow, LiveAccountStore } from "../../ports/live-account-store.ts";
import { bytes, bytesArray, json, ts } from "./codecs.ts";
import { type Database, repeatableTransaction } from "./connect.ts";
import type { Schema } from "./schema.ts";

/** Writes flow.live_account, flow.live_arming and flow.live_difference. */
export function createLiveAccountStore(db: Database): LiveAccountStore {
  return {
    account: () => readAccount(db.kysely),
    begin: (wallet, baselineUsd, at) =>
      repeatableTransaction(db, async (trx) => {
        await sql`INSERT INTO flow.live_account (id, wallet, baseline_micros, baseline_at)
          VALUES (1, ${bytes(wallet)}, ${baselineUsd}, ${ts(at)}) ON CONFLICT (id) DO NOTHING`.execute(trx);
        const row = await readAccount(trx);
        if (row === null) throw new Error("a row that was just written");
        return row;
      }),
    books: (asOf) => readBooks(db.kysely, asOf),
    bookedOrders: (hashes) => readOrders(db.kysely, hashes),
    saveDifferences: (found, at) => saveDifferences(db, found, at),
    saveArming: ({ asked, mode, refusals, limits, wallet }, at) =>
      repeatableTransaction(db, async (trx) => {
        await sql`INSERT INTO flow.live_arming
          VALUES (1, ${asked}, ${mode}, ${json(refusals)}, ${json(limits)}, ${wallet === null ? null : bytes(wallet)}, ${ts(at)})
          ON CONFLICT (id) DO UPDATE SET asked = EXCLUDED.asked, mode = EXCLUDED.mode, refusals = EXCLUDED.refusals,
            limits = EXCLUDED.limits, wallet = EXCLUDED.wallet, armed_at = EXCLUDED.armed_at`.execute(trx);
      }),
  };
}

async function readAccount(kysely: Kysely<Schema>): Promise<LiveAccountRow | null> {
  const { rows } = await sql<{ wallet: string; baseline: bigint; baseline_at: EpochMs; reconciled_at: EpochMs | null }>`
    SELECT wallet, baseline_micros + moved_micros AS baseline, baseline_at, reconciled_at FROM flow.live_account`.execute(
    kysely,
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { wallet, baseline, baseline_at: baselineAt, reconciled_at: reconciledAt } = row;
  return { wallet: wallet as Address, baselineUsd: usd(baseline), baselineAt, reconciledAt };
}

type BooksRow = { flow: string; payouts: string; closed: number; in_flight: Json; holdings: Json };

/** One statement: what it reads belongs together. */
async function readBooks(kysely: Kysely<Schema>, asOf: EpochMs): Promise<Omit<AccountBooks, "baselineUsd">> {
  const { rows } = await sql<BooksRow>`
    WITH answered AS (
      SELECT o.position_id, o.token_key, o.side, f.size_micros AS size, f.cash_micros AS cash, f.fee_micros AS fee
      FROM flow.trade_order o JOIN flow.own_fill f USING (client_order_id)
      WHERE o.mode = 'LIVE' AND o.answered_at < ${ts(asOf)}
    ), other AS (
      -- Finished for more than a minute and no decision of the engine: a person's, by hand.
      SELECT l.signed #>> '{order,side}' AS side, rtrim(f ->> 'cash', 'n')::bigint AS cash, rtrim(f ->> 'fee', 'n')::bigint AS fee
      FROM flow.live_order l CROSS JOIN jsonb_array_elements(l.result -> 'executions') AS f
      WHERE l.finished_at <= ${ts(asOf)}::timestamptz - INTERVAL '1 minute'
        AND l.signed_at >= (SELECT baseline_at FROM flow.live_account)
        AND NOT EXISTS (SELECT FROM flow.trade_order o WHERE o.client_order_id = l.client_order_id)
    ), paid AS (
      SELECT id, exit_cash_micros FROM flow.position WHERE mode = 'LIVE' AND close_reason = 'RESOLUTION'
    ), held AS (
      SELECT DISTINCT p.token_key FROM flow.position p
      WHERE p.mode = 'LIVE' AND p.status = 'OPEN'
        AND NOT EXISTS (SELECT FROM flow.resolution r WHERE r.market_key = p.market_key)
    )
    SELECT
      (SELECT coalesce(sum(CASE side WHEN 'BUY' THEN -cash - fee ELSE cash - fee END), 0)
        FROM (SELECT side, cash, fee FROM answered UNION ALL SELECT side, cash, fee FROM other) moved)::text AS flow,
      ((SELECT coalesce(sum(exit_cash_micros), 0) FROM paid)
        - (SELECT coalesce(sum(cash), 0) FROM answered WHERE side = 'SELL' AND position_id IN (SELECT id FROM paid))
      )::text AS payouts,
      (SELECT count(*)::int FROM flow.position WHERE mode = 'LIVE' AND status = 'CLOSED') AS closed,
      -- Rows of orders follow what the engine has decided: an order without one is on its way, or has just ended.
      (SELECT coalesce(jsonb_agg(l.signed -> 'order'), '[]')
        FROM flow.live_order l LEFT JOIN flow.trade_order o USING (client_order_id)
        WHERE l.result IS NULL OR o.status = 'SUBMITTED' OR o.answered_at >= ${ts(asOf)}
          OR (o.client_order_id IS NULL AND l.finished_at > ${ts(asOf)}::timestamptz - INTERVAL '1 minute')) AS in_flight,
      (SELECT coalesce(jsonb_object_agg(token_id, size::text), '{}') FROM (
        SELECT t.token_id::text AS token_id, sum(CASE a.side WHEN 'BUY' THEN a.size ELSE -a.size END) AS size
        FROM answered a JOIN held USING (token_key) JOIN flow.token t USING (token_key) GROUP BY 1
      ) each_token) AS holdings`.execute(kysely);
  const row = rows[0] as BooksRow;
  const held = Object.entries(row.holdings as Readonly<Record<string, string>>);
  return {
    flowUsd: usd(BigInt(row.flow)),
    payoutsUsd: usd(BigInt(row.payouts)),
    closedPositions: row.closed,
    inFlight: (row.in_flight as readonly Json[]).map((order) => fromJson(order) as ExchangeOrder),
    holdings: new Map(held.map(([token, size]): [TokenId, ShareMicros] => [token as TokenId, shares(BigInt(size))])),
  };
}

type OrderRow = {
  readonly id: string;
  readonly order_hash: string;
  readonly trades: Json;
  readonly result: Json;
  readonly status: string | null;
  readonly booked: string | null;
};

async function readOrders(
  kysely: Kysely<Schema>,
  hashes: readonly OrderHash[],
): Promise<ReadonlyMap<OrderHash, BookedOrder>> {
  const { rows } = await sql<OrderRow>`
    SELECT l.client_order_id AS id, l.order_hash, l.trades, l.result, o.status,
      (SELECT sum(size_micros)::text FROM flow.own_fill f WHERE f.client_order_id = l.client_order_id) AS booked
    FROM flow.live_order l LEFT JOIN flow.trade_order o USING (client_order_id)
    WHERE l.order_hash = ANY(${bytesArray(hashes)})`.execute(kysely);
  return new Map(
    rows.map(({ id, order_hash, trades, result: stored, status, booked }): [OrderHash, BookedOrder] => {
      const orderHash = order_hash as OrderHash;
      const result = fromJson(stored) as OrderResult | null;
      const { size } = totalExecutions(result?.status === "filled" ? result.executions : []);
      const order = {
        ...{ clientOrderId: id as ClientOrderId, orderHash, trades: fromJson(trades) as readonly VenueTrade[] },
        isFinished: result !== null && status !== "SUBMITTED",
        // A person's order is in no other book of ours than its result.
        bookedSize: status === null ? size : shares(BigInt(booked ?? 0)),
      };
      return [orderHash, order];
    }),
  );
}

/** A fact that was gone and is back is a new one. Not to be repeated blindly: it adds to what others have moved. */
function saveDifferences(
  db: Database,
  found: readonly AccountDifference[],
  at: EpochMs,
): Promise<readonly AccountDifference[]> {
  return db.transaction(async (trx) => {
    const rows = found.map(({ movedUsd: _, ...each }) => ({ ...each, subject: each.subject ?? "" }));
    const before = await sql<{ kind: string; subject: string; found: string }>`
      SELECT kind, subject, found FROM flow.live_difference WHERE gone_at IS NULL`.execute(trx);
    const known = new Set(before.rows.map((row) => `${row.kind} ${row.subject} ${row.found}`));
    await sql`
      INSERT INTO flow.live_difference
      SELECT kind, subject, expected, found, ${ts(at)}, ${ts(at)}, NULL
      FROM jsonb_to_recordset(${json(toJson(rows))}) AS r (kind text, subject text, expected text, found text)
      ON CONFLICT (kind, subject) DO UPDATE SET expected = EXCLUDED.expected, found = EXCLUDED.found,
        last_seen_at = EXCLUDED.last_seen_at, gone_at = NULL,
        first_seen_at = CASE WHEN live_difference.gone_at IS NULL THEN live_difference.first_seen_at
          ELSE EXCLUDED.first_seen_at END`.execute(trx);
    await sql`UPDATE flow.live_difference SET gone_at = ${ts(at)} WHERE gone_at IS NULL AND last_seen_at < ${ts(at)}`.execute(
      trx,
    );
    const moved = sumUsd(found.map(({ movedUsd }) => movedUsd ?? ZERO_USD));
    await sql`UPDATE flow.live_account SET reconciled_at = ${ts(at)}, moved_micros = moved_micros + ${moved}`.execute(
      trx,
    );
    const fresh = found.filter((each) => !known.has(`${each.kind} ${each.subject ?? ""} ${each.found}`));
    for (const { kind, subject, expected, found: seen } of fresh) {
      await sql`INSERT INTO flow.alert_outbox (dedup_key, kind, payload, created_at)
        VALUES (${`difference-${kind}-${subject ?? ""}-${at}`}, 'difference',
          ${json({ kind, subject, expected, found: seen })}, ${ts(at)}) ON CONFLICT (dedup_key) DO NOTHING`.execute(
        trx,
      );
    }
    return fresh;
  });
}
