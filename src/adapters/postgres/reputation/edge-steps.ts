/** The crowd's prior of the edge, and every wallet's edge under it. */
import { sql, type Transaction } from "kysely";
import { DEFAULT_PRIOR, type EdgePopulation, type EdgePrior, type EdgeSums } from "../../../core/reputation/edge.ts";
import type { WalletScore } from "../../../core/reputation/wallet-score.ts";
import type { EpochMs } from "../../../core/time/time.ts";
import { float8Array, int4Array } from "../codecs.ts";
import type { Schema } from "../schema.ts";
import { lockLedger } from "./ledger-intake.ts";
import { knownFrom, PUBLISHED_COLUMNS } from "./score-rows.ts";

type Trx = Transaction<Schema>;

export async function publishedPrior(trx: Trx): Promise<EdgePrior> {
  const { edge_k: k, edge_variance: variance } = await trx
    .selectFrom("flow.ledger_state")
    .select(["edge_k", "edge_variance"])
    .executeTakeFirstOrThrow();
  return k === null || variance === null ? DEFAULT_PRIOR : { k, variance };
}

type PopulationRow = Record<"wallets" | "markets" | "markets_squared" | "total" | "squares" | "squared_over", string>;

export async function edgePrior(
  trx: Trx,
): Promise<{ readonly published: EdgePrior; readonly population: EdgePopulation }> {
  const { rows } = await sql<PopulationRow>`
    SELECT count(*)::numeric AS wallets, coalesce(sum(edge_markets), 0) AS markets,
      coalesce(sum(edge_markets::numeric * edge_markets), 0) AS markets_squared,
      coalesce(sum(edge_sum), 0) AS total, coalesce(sum(edge_sum_of_squares), 0) AS squares,
      coalesce(sum(div(edge_sum::numeric * edge_sum, edge_markets)), 0) AS squared_over
    FROM flow.wallet_score WHERE edge_markets > 0 AND source = 'chain'`.execute(trx);
  const row = rows[0] as PopulationRow;
  return {
    published: await publishedPrior(trx),
    population: {
      wallets: BigInt(row.wallets),
      markets: BigInt(row.markets),
      marketsSquared: BigInt(row.markets_squared),
      sum: BigInt(row.total),
      sumOfSquares: BigInt(row.squares),
      squaredSumOverMarkets: BigInt(row.squared_over),
    },
  };
}

/**
 * Gives a page of wallets their edge under `prior`. Those that may be followed get a row in the history, because sizing
 * reads their edge; for all others it would be millions of rows that nothing reads.
 * @returns the last wallet of the page, null when there was none.
 */
export async function updateEdges(
  trx: Trx,
  { after, limit, at }: { readonly after: number; readonly limit: number; readonly at: EpochMs },
  prior: EdgePrior,
  edge: (sums: EdgeSums, prior: EdgePrior) => WalletScore["edge"],
): Promise<{ readonly lastWallet: number; readonly wallets: number } | null> {
  await lockLedger(trx);
  const rows = await trx
    .selectFrom("flow.wallet_score")
    .select(["wallet_key", "edge_markets", "edge_sum", "edge_sum_of_squares"])
    .where("wallet_key", ">", after)
    .where("edge_markets", ">", 0n)
    .orderBy("wallet_key")
    .limit(limit)
    .execute();
  const last = rows.at(-1);
  if (last === undefined) return null;
  const edges = rows.map((row) =>
    edge(
      { markets: Number(row.edge_markets), sum: row.edge_sum, sumOfSquares: BigInt(row.edge_sum_of_squares) },
      prior,
    ),
  );
  await sql`WITH moved AS (
      UPDATE flow.wallet_score s SET edge_per_share = e.per_share, edge_lower_bound = e.lower_bound
      FROM unnest(${int4Array(rows.map((row) => row.wallet_key))}, ${float8Array(edges.map((e) => e?.perShare ?? null))},
        ${float8Array(edges.map((e) => e?.lowerBound ?? null))}) AS e (wallet_key, per_share, lower_bound)
      WHERE s.wallet_key = e.wallet_key
        AND (s.edge_per_share, s.edge_lower_bound) IS DISTINCT FROM (e.per_share, e.lower_bound)
      RETURNING s.*)
    INSERT INTO flow.score_history (${PUBLISHED_COLUMNS}, calculated_at)
    SELECT ${PUBLISHED_COLUMNS}, ${knownFrom(at)} FROM moved p WHERE follow_eligible ORDER BY wallet_key`.execute(trx);
  return { lastWallet: last.wallet_key, wallets: rows.length };
}

export async function savePrior(trx: Trx, prior: EdgePrior): Promise<void> {
  await sql`UPDATE flow.ledger_state SET edge_k = ${prior.k}, edge_variance = ${prior.variance}`.execute(trx);
}
