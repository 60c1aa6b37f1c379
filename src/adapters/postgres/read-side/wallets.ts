import { type RawBuilder, sql } from "kysely";
import type { Page, PageRequest, Row, WalletFilter, WalletSort } from "../../../ports/read-side.ts";
import { bytes } from "../codecs.ts";
import type { Database } from "../connect.ts";
import { EDGE_BOUND } from "../edge-bound.ts";
import { explainScore } from "../explain-score.ts";
import { conditions, readPage, type SortKey } from "./paging.ts";
import { keyOf } from "./trades.ts";

const float = (by: RawBuilder<unknown>): SortKey => ({ by: sql`coalesce(${by}, '-Infinity'::float8)`, type: "float8" });

const SORTS: Readonly<Record<WalletSort, SortKey>> = {
  score: { by: sql`s.reputation_score`, type: "float8" },
  edge: float(EDGE_BOUND),
  pnl: { by: sql`s.pnl_micros`, type: "numeric" },
  win_rate: float(sql`s.win_rate`),
  closed_markets: { by: sql`s.closed_markets`, type: "int4" },
  confidence: float(sql`s.confidence_score`),
  volume: { by: sql`coalesce(a.volume_micros, 0)`, type: "numeric" },
  recent: { by: sql`coalesce(a.last_trade_at, '-infinity'::timestamptz)`, type: "timestamptz" },
};

const BEST = 20_000;

/** Of a search: every wallet, those without a score among them. */
const SEARCH_SORTS: typeof SORTS = { ...SORTS, score: float(sql`s.reputation_score`), pnl: nullable("s.pnl_micros") };
function nullable(column: string): SortKey {
  return { by: sql`coalesce(${sql.ref(column)}, 0)`, type: "numeric" };
}

export function readWallets(db: Database, filter: WalletFilter, page: PageRequest): Promise<Page> {
  const { search, tier, eligible, sort, ascending } = filter;
  const searched = search === undefined ? null : addressRange(search);
  const base =
    searched === null
      ? scored(filter)
      : sql`(SELECT wallet_key FROM flow.wallet WHERE address BETWEEN ${bytes(searched[0])} AND ${bytes(searched[1])}) w
          LEFT JOIN flow.wallet_score s USING (wallet_key)`;
  const key = searched === null ? sql`s.wallet_key` : sql`w.wallet_key`;
  const sorts = searched === null ? SORTS : SEARCH_SORTS;
  return readPage(
    db,
    {
      columns: sql`v.*`,
      detail: {
        picked: sql`${key} AS wallet_key`,
        join: sql`CROSS JOIN LATERAL (SELECT * FROM flow.wallet_stats o WHERE o.wallet_key = k.wallet_key) v`,
      },
      from: sql`${base} LEFT JOIN flow.wallet_activity a ON a.wallet_key = ${key} CROSS JOIN flow.edge_prior_now e`,
      where: conditions(
        tier !== undefined && sql`coalesce(s.trader_tier, 'AVERAGE') = ${tier}`,
        eligible !== undefined && sql`coalesce(s.follow_eligible, false) = ${eligible}`,
      ),
      keys: [sorts[sort], { by: key, type: "int4" }],
      ascending,
    },
    page,
  );
}

/** Wallets with a score. What no index sorts is sorted among the best by score: of two million it would take seconds. */
function scored({ sort, tier, eligible }: WalletFilter): RawBuilder<unknown> {
  if (sort === "score") return sql`flow.wallet_score s`;
  const chosen = conditions(
    tier !== undefined && sql`trader_tier = ${tier}`,
    eligible !== undefined && sql`follow_eligible = ${eligible}`,
  );
  const where = chosen.length === 0 ? sql`` : sql`WHERE ${sql.join(chosen, sql` AND `)}`;
  return sql`(SELECT * FROM flow.wallet_score ${where} ORDER BY reputation_score DESC, wallet_key LIMIT ${BEST}) s`;
}

/** Every address that begins with these digits. */
function addressRange(search: string): readonly [string, string] {
  const digits = search.toLowerCase().replace(/^0x/, "");
  return [`0x${digits.padEnd(40, "0")}`, `0x${digits.padEnd(40, "f")}`];
}

export const readWalletHistory = (db: Database, wallet: string, page: PageRequest): Promise<Page> =>
  readPage(
    db,
    {
      columns: sql`h.*, ${wallet} AS wallet_address`,
      from: sql`flow.score_history h`,
      where: [sql`h.wallet_key = ${keyOf(wallet)}`],
      keys: [
        { by: sql`h.calculated_at`, type: "timestamptz" },
        { by: sql`h.id`, type: "int8" },
      ],
    },
    page,
  );

/** The wallet's record in each market, the last closed first; open ones before them. */
export const readWalletUnits = (db: Database, wallet: string, page: PageRequest): Promise<Page> =>
  readPage(
    db,
    {
      columns: sql`'0x' || encode(m.condition_id, 'hex') AS market_id, m.title AS market_title, m.category,
        u.opened_at, u.closed_at, u.resolved_at, u.is_incomplete, u.bought_both,
        u.paid_in * 0.000001 AS paid_in_usd, u.realised * 0.000001 AS realized_pnl_usd,
        u.shares_0 * 0.000001 AS shares_0, u.shares_1 * 0.000001 AS shares_1, m.outcome_0, m.outcome_1,
        u.roi_micros / 1e6::float8 AS roi, u.edge_micros / 1e6::float8 AS edge_per_share`,
      from: sql`flow.unit u JOIN flow.market m USING (market_key)`,
      where: [sql`u.wallet_key = ${keyOf(wallet)}`],
      keys: [
        { by: sql`coalesce(u.closed_at, 'infinity'::timestamptz)`, type: "timestamptz" },
        { by: sql`u.market_key`, type: "int4" },
      ],
    },
    page,
  );

/** One wallet: its row of orderflow_wallet_stats, what its score is made of, its calibration and who it belongs to. */
export async function readWalletPage(db: Database, wallet: string): Promise<Row | null> {
  const { rows } = await sql<Row & { wallet_key: number }>`
    SELECT * FROM flow.wallet_stats WHERE wallet_key = ${keyOf(wallet)}`.execute(db.kysely);
  const [stats] = rows;
  const explanation = await explainScore(db, wallet);
  if (stats === undefined && explanation === null) return null;
  return {
    wallet_address: wallet,
    stats: stats ?? null,
    explanation,
    calibration: await readCalibration(db, wallet),
    linked: await readLinked(db, wallet),
  };
}

/**
 * What it paid against what came of it: buys in resolved markets by price, ten buckets, each with the share that paid
 * out, both weighed by shares. From fills that the database still holds.
 */
async function readCalibration({ kysely }: Database, wallet: string): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    SELECT least(9, floor(price * 10))::int AS bucket, count(*)::int AS fills, sum(size) * 0.000001 AS shares,
      (sum(price * size) / sum(size))::float8 AS avg_price, (sum(paid * size) / sum(size))::float8 AS paid_out
    FROM (
      SELECT f.cash_micros::numeric / f.size_micros AS price, f.size_micros::numeric AS size,
        CASE t.outcome_index WHEN 0 THEN r.numerator_0 ELSE r.numerator_1 END / (r.numerator_0 + r.numerator_1) AS paid
      FROM flow.fill f JOIN flow.token t USING (token_key) JOIN flow.resolution r USING (market_key)
      WHERE f.wallet_key = ${keyOf(wallet)} AND NOT f.is_sell AND f.size_micros > 0
    ) bought GROUP BY 1 ORDER BY 1`.execute(kysely);
  return rows;
}

const LINKED_SHOWN = 100;

/** Wallets of the same owner, and of the same wash cluster. */
async function readLinked({ kysely }: Database, wallet: string): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    SELECT '0x' || encode(o.address, 'hex') AS wallet_address, 'owner' AS link, o.kind AS detail, NULL::float8 AS share
    FROM flow.wallet_owner o
    WHERE o.address <> ${bytes(wallet)} AND o.owner = coalesce(
      (SELECT owner FROM flow.wallet_owner WHERE address = ${bytes(wallet)}), ${bytes(wallet)})
    UNION ALL
    SELECT '0x' || encode(w.address, 'hex'), 'cluster', NULL, x.share
    FROM flow.wallet_wash x JOIN flow.wallet w USING (wallet_key)
    WHERE x.wallet_key <> ${keyOf(wallet)} AND x.cluster_key = (
      SELECT cluster_key FROM flow.wallet_wash WHERE wallet_key = ${keyOf(wallet)})
    ORDER BY 2, 1 LIMIT ${LINKED_SHOWN}`.execute(kysely);
  return rows;
}
