import { sql } from "kysely";
import type { Address, MarketId } from "../../core/ids/ids.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { Database } from "./connect.ts";

/** What `orderflow status` and the demo show. Amounts are decimal text in dollars, as the views give them. */
export type Overview = {
  readonly headBlock: number;
  readonly finalizedBlock: number;
  readonly fills: bigint;
  readonly wallets: bigint;
  readonly markets: bigint;
  readonly resolvedMarkets: bigint;
  readonly quarantined: bigint;
  readonly lastFillAt: EpochMs | null;
  readonly tiers: readonly { readonly tier: string; readonly wallets: bigint }[];
  readonly signals: readonly SignalCount[];
  readonly positions: PositionTotals;
};

export type SignalCount = {
  readonly type: string;
  readonly status: string;
  readonly reason: string | null;
  readonly count: bigint;
};

export type PositionTotals = {
  readonly open: bigint;
  readonly closed: bigint;
  /** Of the closed ones, those that their market's resolution closed. */
  readonly resolved: bigint;
  readonly wins: bigint;
  readonly realizedPnlUsd: string;
  readonly unrealizedPnlUsd: string;
  readonly feesUsd: string;
};

export type WalletRow = {
  readonly wallet: Address;
  readonly score: number;
  readonly confidence: number;
  readonly tier: string;
  readonly followEligible: boolean;
  readonly ineligibleReason: string | null;
  readonly closedMarkets: number;
  readonly winRate: number | null;
  readonly totalPnlUsd: string | null;
};

export type PositionRow = {
  readonly id: string;
  readonly mode: "PAPER" | "LIVE";
  readonly marketId: MarketId;
  readonly market: string | null;
  readonly outcome: string | null;
  readonly shares: string;
  readonly entryPrice: string;
  readonly exitPrice: string | null;
  readonly costUsd: string;
  readonly pnlUsd: string;
  readonly status: "OPEN" | "CLOSED";
  readonly closeReason: string | null;
  readonly openedAt: EpochMs;
  readonly closedAt: EpochMs | null;
};

type Totals = Omit<Overview, "tiers" | "signals" | "positions">;

const totals = sql<Totals>`
  SELECT s.head_block AS "headBlock", s.finalized_block AS "finalizedBlock",
    (SELECT coalesce(sum(total_trades), 0)::bigint FROM flow.wallet_activity) AS fills,
    (SELECT count(*) FROM flow.wallet_activity) AS wallets,
    (SELECT max(last_trade_at) FROM flow.wallet_activity) AS "lastFillAt",
    (SELECT count(*) FROM flow.market) AS markets,
    (SELECT count(*) FROM flow.resolution) AS "resolvedMarkets",
    (SELECT count(*) FROM flow.quarantine) AS quarantined
  FROM flow.chain_state s`;

const tiers = sql<Overview["tiers"][number]>`
  SELECT trader_tier AS tier, count(*) AS wallets FROM orderflow_wallet_stats
  WHERE reputation_score IS NOT NULL GROUP BY trader_tier ORDER BY min(reputation_score) DESC`;

const signalCounts = sql<SignalCount>`
  SELECT signal_type AS type, status, skip_reason AS reason, count(*) AS count
  FROM orderflow_signals GROUP BY 1, 2, 3 ORDER BY 1, 2, 4 DESC`;

const positionTotals = sql<PositionTotals>`
  SELECT count(*) FILTER (WHERE status = 'OPEN') AS open, count(*) FILTER (WHERE status = 'CLOSED') AS closed,
    count(*) FILTER (WHERE close_reason = 'RESOLUTION') AS resolved,
    count(*) FILTER (WHERE status = 'CLOSED' AND realized_pnl_usd > 0) AS wins,
    coalesce(sum(realized_pnl_usd), 0) AS "realizedPnlUsd",
    coalesce(sum(unrealized_pnl_usd) FILTER (WHERE status = 'OPEN'), 0) AS "unrealizedPnlUsd",
    coalesce(sum(fees_usd), 0) AS "feesUsd"
  FROM orderflow_positions
  -- Of the account that trades: paper and money are never added up.
  WHERE mode = coalesce((SELECT mode FROM flow.live_arming), 'PAPER')`;

export async function readOverview({ kysely }: Database): Promise<Overview> {
  const [total] = (await totals.execute(kysely)).rows;
  const [position] = (await positionTotals.execute(kysely)).rows;
  if (total === undefined || position === undefined) throw new Error("flow.chain_state has lost its row");
  return {
    ...total,
    tiers: (await tiers.execute(kysely)).rows,
    signals: (await signalCounts.execute(kysely)).rows,
    positions: position,
  };
}

const walletColumns = sql`
  wallet_address AS wallet, reputation_score AS score, confidence_score AS confidence, trader_tier AS tier,
  follow_eligible AS "followEligible", ineligible_reason AS "ineligibleReason", closed_markets AS "closedMarkets",
  win_rate AS "winRate", total_pnl_usd AS "totalPnlUsd"`;

/** Wallets that have a score, best first; all of them without a limit. */
export async function readScoredWallets({ kysely }: Database, limit?: number): Promise<readonly WalletRow[]> {
  const { rows } = await sql<WalletRow>`
    SELECT ${walletColumns} FROM orderflow_wallet_stats WHERE reputation_score IS NOT NULL
    ORDER BY reputation_score DESC, wallet_address LIMIT ${limit ?? null}`.execute(kysely);
  return rows;
}

/** Open ones first, then the last closed. */
export async function readPositions({ kysely }: Database, limit: number): Promise<readonly PositionRow[]> {
  const { rows } = await sql<PositionRow>`
    SELECT p.id::text AS id, p.mode, p.market_id AS "marketId", m.title AS market, p.outcome, p.shares::text AS shares,
      p.entry_price::text AS "entryPrice", p.exit_price::text AS "exitPrice", p.cost_usd::text AS "costUsd",
      (CASE WHEN p.status = 'OPEN' THEN p.unrealized_pnl_usd ELSE p.realized_pnl_usd END)::text AS "pnlUsd",
      p.status, p.close_reason AS "closeReason", p.opened_at AS "openedAt", p.closed_at AS "closedAt"
    FROM orderflow_positions p LEFT JOIN orderflow_market_outcomes m ON m.market_id = p.market_id
    ORDER BY p.status DESC, coalesce(p.closed_at, p.opened_at) DESC LIMIT ${limit}`.execute(kysely);
  return rows;
}

/** One row of `orderflow_wallet_stats` under its own column names; null when no fill of the wallet was read. */
export async function readWallet(
  { kysely }: Database,
  wallet: string,
): Promise<Readonly<Record<string, unknown>> | null> {
  const { rows } = await sql<Record<string, unknown>>`
    SELECT * FROM orderflow_wallet_stats WHERE wallet_address = ${wallet}`.execute(kysely);
  return rows[0] ?? null;
}
