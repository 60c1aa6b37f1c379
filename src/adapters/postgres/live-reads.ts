import { sql } from "kysely";
import type { ArmingRefusal } from "../../core/risk/live-arming.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { Database } from "./connect.ts";

/** What live trading is doing, for a person. Amounts are decimal text in dollars or shares. */
export type LiveStatus = {
  readonly asked: "PAPER" | "LIVE";
  readonly mode: "PAPER" | "LIVE";
  readonly refusals: readonly ArmingRefusal[];
  readonly limits: Readonly<Record<string, string>>;
  readonly wallet: string | null;
  readonly armedAt: EpochMs;
  /** Of the last complete comparison with the venue. */
  readonly reconciledAt: EpochMs | null;
  readonly openPositions: number;
  readonly pending: readonly PendingOrder[];
  readonly differences: readonly DifferenceRow[];
};

export type PendingOrder = {
  readonly clientOrderId: string;
  readonly market: string | null;
  readonly side: string;
  readonly stage: string;
  readonly pendingShares: string;
  readonly signedAt: EpochMs;
};

export type DifferenceRow = {
  readonly kind: string;
  readonly subject: string | null;
  readonly expected: string;
  readonly found: string;
  readonly firstSeenAt: EpochMs;
};

/** @returns null where no executor has started yet */
export async function readLiveStatus({ kysely }: Database): Promise<LiveStatus | null> {
  const { rows } = await sql<Omit<LiveStatus, "pending" | "differences">>`
    SELECT asked, mode, refusals, limits, wallet_address AS wallet, armed_at AS "armedAt",
      reconciled_at AS "reconciledAt", open_positions AS "openPositions" FROM orderflow_live_status`.execute(kysely);
  const [status] = rows;
  if (status === undefined) return null;
  const pending = await sql<PendingOrder>`
    SELECT client_order_id AS "clientOrderId", market_title AS market, side, stage, pending_shares AS "pendingShares",
      signed_at AS "signedAt"
    FROM orderflow_live_orders WHERE stage <> 'DONE' ORDER BY signed_at`.execute(kysely);
  const differences = await sql<DifferenceRow>`
    SELECT kind, subject, expected, found, first_seen_at AS "firstSeenAt"
    FROM orderflow_live_differences WHERE gone_at IS NULL ORDER BY first_seen_at, kind, subject`.execute(kysely);
  return { ...status, pending: pending.rows, differences: differences.rows };
}

export type DriftRow = {
  readonly clientOrderId: string;
  readonly market: string | null;
  readonly side: string;
  readonly reason: string | null;
  readonly livePrice: string | null;
  readonly paperPrice: string | null;
  readonly liveFillShare: string;
  readonly paperFillShare: string | null;
  readonly sentMs: number | null;
  readonly finalMs: number;
  readonly submittedAt: EpochMs;
};

/** Live less paper; prices are worse for us above 0. null: nothing to compare yet. */
export type DriftSummary = {
  readonly orders: number;
  /** Filled in both. */
  readonly priced: number;
  /** USD a share, weighted by what was filled live. */
  readonly priceDrift: string | null;
  readonly liveFillShare: number | null;
  readonly paperFillShare: number | null;
  readonly sentMsMedian: number | null;
  readonly matchedMsMedian: number | null;
  readonly finalMsMedian: number | null;
  /** Closed positions whose twin was filled as well. */
  readonly positions: number;
  readonly livePnlUsd: string;
  readonly paperPnlUsd: string;
};

export type DriftReport = { readonly summary: DriftSummary; readonly orders: readonly DriftRow[] };

/** Newest orders first. */
export async function readDrift({ kysely }: Database, limit: number): Promise<DriftReport> {
  const summary = await sql<DriftSummary>`
    SELECT count(*)::int AS orders, count(price_drift)::int AS priced,
      round(sum(price_drift * live_shares) / nullif(sum(live_shares) FILTER (WHERE price_drift IS NOT NULL), 0), 6) AS "priceDrift",
      avg(live_fill_share)::float8 AS "liveFillShare", avg(paper_fill_share)::float8 AS "paperFillShare",
      percentile_cont(0.5) WITHIN GROUP (ORDER BY sent_ms) AS "sentMsMedian",
      percentile_cont(0.5) WITHIN GROUP (ORDER BY matched_ms) AS "matchedMsMedian",
      percentile_cont(0.5) WITHIN GROUP (ORDER BY final_ms) AS "finalMsMedian",
      (SELECT count(*)::int FROM orderflow_drift_positions) AS positions,
      (SELECT coalesce(sum(live_pnl_usd), 0) FROM orderflow_drift_positions) AS "livePnlUsd",
      (SELECT coalesce(sum(paper_pnl_usd), 0) FROM orderflow_drift_positions) AS "paperPnlUsd"
    FROM orderflow_drift`.execute(kysely);
  const orders = await sql<DriftRow>`
    SELECT client_order_id AS "clientOrderId", market_title AS market, side, reason, live_price AS "livePrice",
      paper_price AS "paperPrice", live_fill_share AS "liveFillShare", paper_fill_share AS "paperFillShare",
      sent_ms AS "sentMs", final_ms AS "finalMs", submitted_at AS "submittedAt"
    FROM orderflow_drift ORDER BY submitted_at DESC, client_order_id LIMIT ${limit}`.execute(kysely);
  return { summary: summary.rows[0] as DriftSummary, orders: orders.rows };
}
