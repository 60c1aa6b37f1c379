import { sql } from "kysely";
import type { TradingMode } from "../../core/execution/position.ts";
import { parseAddress } from "../../core/ids/ids.ts";
import { shares, usd } from "../../core/money/amounts.ts";
import type { ClosedBet, Significance, Verdict } from "../../core/performance/significance.ts";
import type { SignalType } from "../../core/signals/signal.ts";
import type { EpochMs } from "../../core/time/time.ts";
import { type Hex, json } from "./codecs.ts";
import type { Database } from "./connect.ts";

type BetRow = { signal_type: SignalType; source: Hex | null; cluster: string; shares: bigint; net: bigint };

export async function loadClosedBets({ kysely }: Database, mode: TradingMode): Promise<readonly ClosedBet[]> {
  const { rows } = await sql<BetRow>`
    SELECT s.signal_type, w.address AS source, coalesce(m.event_id, encode(m.condition_id, 'hex')) AS cluster,
      p.entry_shares_micros AS shares, p.realized_micros AS net
    FROM flow.position p
    JOIN flow.signal s ON s.id = p.signal_id
    JOIN flow.market m ON m.market_key = p.market_key
    LEFT JOIN flow.wallet w ON w.wallet_key = p.leader_key
    WHERE p.mode = ${mode} AND p.status = 'CLOSED' AND p.close_reason <> 'VOIDED'
    ORDER BY p.closed_at, p.id`.execute(kysely);
  return rows.map((row) => ({
    signalType: row.signal_type,
    source: row.source === null ? null : parseAddress(row.source),
    cluster: row.cluster,
    shares: shares(row.shares),
    netUsd: usd(row.net),
  }));
}

type RecordRow = {
  signal_type: SignalType;
  source: string;
  bets: number;
  clusters: number;
  edge_per_share: number | null;
  lower_bound: number | null;
  upper_bound: number | null;
  verdict: Verdict;
};

export async function readSignificance({ kysely }: Database, mode: TradingMode): Promise<readonly Significance[]> {
  const { rows } = await sql<RecordRow>`
    SELECT signal_type, source, bets, clusters, edge_per_share, lower_bound, upper_bound, verdict
    FROM flow.significance WHERE mode = ${mode} ORDER BY signal_type, source`.execute(kysely);
  return rows.map((row) => ({
    ...{ signalType: row.signal_type, source: row.source === "" ? null : parseAddress(row.source) },
    ...{ bets: row.bets, clusters: row.clusters, edgePerShare: row.edge_per_share },
    ...{ lowerBound: row.lower_bound, upperBound: row.upper_bound, verdict: row.verdict },
  }));
}

export async function saveSignificance(
  { kysely }: Database,
  mode: TradingMode,
  records: readonly Significance[],
  at: EpochMs,
): Promise<void> {
  if (records.length === 0) return;
  const rows = records.map((record) => ({
    ...{ signal_type: record.signalType, source: record.source ?? "", bets: record.bets, clusters: record.clusters },
    ...{ edge: record.edgePerShare, lower: record.lowerBound, upper: record.upperBound, verdict: record.verdict },
    at: new Date(at).toISOString(),
  }));
  await sql`
    INSERT INTO flow.significance
    SELECT ${mode}, * FROM jsonb_to_recordset(${json(rows)}) AS r (
      signal_type text, source text, bets int, clusters int, edge float8, lower float8, upper float8, verdict text,
      at timestamptz
    )
    ON CONFLICT (mode, signal_type, source) DO UPDATE SET bets = EXCLUDED.bets, clusters = EXCLUDED.clusters,
      edge_per_share = EXCLUDED.edge_per_share, lower_bound = EXCLUDED.lower_bound,
      upper_bound = EXCLUDED.upper_bound, verdict = EXCLUDED.verdict, computed_at = EXCLUDED.computed_at`.execute(
    kysely,
  );
}
