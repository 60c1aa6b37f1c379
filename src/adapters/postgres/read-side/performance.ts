import { type RawBuilder, sql } from "kysely";
import { formatUsd, shares, usd } from "../../../core/money/amounts.ts";
import { judge } from "../../../core/performance/significance.ts";
import type { EpochMs } from "../../../core/time/time.ts";
import type { Breakdown, Page, PageRequest, Row } from "../../../ports/read-side.ts";
import { ts } from "../codecs.ts";
import type { Database } from "../connect.ts";
import { readPage } from "./paging.ts";

export const readPerformancePage = (db: Database, page: PageRequest): Promise<Page> =>
  readPage(
    db,
    {
      columns: sql`v.*`,
      from: sql`orderflow_performance v`,
      keys: [
        { by: sql`v.date::text`, type: "text" },
        { by: sql`v.mode`, type: "text" },
      ],
    },
    page,
  );

/** Capital and drawdown over time: the last of each stretch, and the lowest since the peak. */
export async function readEquity({ kysely }: Database, from: EpochMs, points: number): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    WITH sample AS (
      SELECT mode, at, equity_micros, max(equity_micros) OVER (PARTITION BY mode ORDER BY at) AS peak_micros
      FROM flow.equity
    ), numbered AS (
      SELECT *, ntile(${points}::int) OVER (PARTITION BY mode ORDER BY at) AS piece FROM sample WHERE at >= ${ts(from)}
    )
    SELECT mode, max(at) AS at, (array_agg(equity_micros ORDER BY at DESC))[1] * 0.000001 AS equity_usd,
      max(CASE WHEN peak_micros > 0 THEN (peak_micros - equity_micros)::float8 / peak_micros ELSE 0 END) AS drawdown_ratio
    FROM numbered GROUP BY mode, piece ORDER BY mode, at`.execute(kysely);
  return rows;
}

const GROUPS: Readonly<Record<Breakdown, RawBuilder<unknown>>> = {
  signal_type: sql`s.signal_type`,
  tier: sql`coalesce(s.wallet_tier, 'unknown')`,
  category: sql`coalesce(m.category, 'unknown')`,
  wallet: sql`coalesce('0x' || encode(w.address, 'hex'), 'several')`,
};

type Bet = {
  readonly mode: string;
  readonly name: string;
  readonly cluster: string;
  readonly shares: bigint;
  readonly net: bigint;
  readonly cost: bigint;
  readonly fees: bigint;
};

/** Closed positions by one of their traits, each group with what its record proves. */
export async function readBreakdown({ kysely }: Database, by: Breakdown): Promise<readonly Row[]> {
  const { rows } = await sql<Bet>`
    SELECT p.mode, ${GROUPS[by]} AS name, coalesce(m.event_id, encode(m.condition_id, 'hex')) AS cluster,
      p.entry_shares_micros AS shares, p.realized_micros AS net, p.entry_cash_micros + p.entry_fees_micros AS cost,
      p.entry_fees_micros + p.exit_fees_micros AS fees
    FROM flow.position p JOIN flow.signal s ON s.id = p.signal_id JOIN flow.market m ON m.market_key = p.market_key
    LEFT JOIN flow.wallet w ON w.wallet_key = p.leader_key
    WHERE p.status = 'CLOSED' ORDER BY p.mode, name, p.closed_at, p.id`.execute(kysely);
  const groups = Map.groupBy(rows, ({ mode, name }) => `${mode} ${name}`);
  return [...groups.values()].map(summarise);
}

const dollars = (bets: readonly Bet[], of: (bet: Bet) => bigint): string =>
  formatUsd(usd(bets.reduce((sum, bet) => sum + of(bet), 0n)));

function summarise(bets: readonly Bet[]): Row {
  const [first] = bets;
  const record = judge(
    bets.map(({ cluster, net, shares: size }) => ({ cluster, netUsd: usd(net), shares: shares(size) })),
  );
  const wins = bets.filter(({ net }) => net > 0n).length;
  return {
    ...{ mode: first?.mode, name: first?.name, closed: bets.length, wins, losses: bets.length - wins },
    ...{ win_rate: wins / bets.length, net_pnl_usd: dollars(bets, ({ net }) => net) },
    ...{ cost_usd: dollars(bets, ({ cost }) => cost), fees_usd: dollars(bets, ({ fees }) => fees) },
    ...{ clusters: record.clusters, edge_per_share: record.edgePerShare, lower_bound: record.lowerBound },
    ...{ upper_bound: record.upperBound, verdict: record.verdict },
  };
}

export async function readControlComparison({ kysely }: Database): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`SELECT * FROM orderflow_control_comparison ORDER BY mode, signal_type`.execute(
    kysely,
  );
  return rows;
}
