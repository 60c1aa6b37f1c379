/** The crowd's prior of the edge, and what it is estimated from. Every wallet's edge under it is computed on read. */
import { sql, type Transaction } from "kysely";
import type { EdgePopulation, EdgePrior, EdgeSums } from "../../../core/reputation/edge.ts";
import type { EpochMs } from "../../../core/time/time.ts";
import { ts } from "../codecs.ts";
import type { Schema } from "../schema.ts";
import { lockLedger } from "./ledger-intake.ts";

type Trx = Transaction<Schema>;

export async function publishedPrior(trx: Trx): Promise<EdgePrior> {
  const { rows } = await sql<EdgePrior>`SELECT k, variance FROM flow.edge_prior_now`.execute(trx);
  return rows[0] as EdgePrior;
}

type PopulationRow = Record<
  "wallets" | "markets" | "markets_squared" | "edge_sum" | "sum_of_squares" | "squared_sum_over_markets",
  string
>;

export async function edgePrior(
  trx: Trx,
): Promise<{ readonly published: EdgePrior; readonly population: EdgePopulation }> {
  const { rows } = await sql<PopulationRow>`SELECT * FROM flow.edge_population`.execute(trx);
  const row = rows[0] as PopulationRow;
  return {
    published: await publishedPrior(trx),
    population: {
      wallets: BigInt(row.wallets),
      markets: BigInt(row.markets),
      marketsSquared: BigInt(row.markets_squared),
      sum: BigInt(row.edge_sum),
      sumOfSquares: BigInt(row.sum_of_squares),
      squaredSumOverMarkets: BigInt(row.squared_sum_over_markets),
    },
  };
}

/** Takes wallets out of the crowd and puts them in with what they are now. */
export async function moveCrowd(trx: Trx, gone: readonly EdgeSums[], come: readonly EdgeSums[]): Promise<void> {
  const moved = { wallets: 0n, markets: 0n, marketsSquared: 0n, sum: 0n, squares: 0n, squaredOver: 0n };
  const add = (sums: EdgeSums, sign: 1n | -1n): void => {
    const markets = BigInt(sums.markets);
    if (markets === 0n) return;
    moved.wallets += sign;
    moved.markets += sign * markets;
    moved.marketsSquared += sign * markets * markets;
    moved.sum += sign * sums.sum;
    moved.squares += sign * sums.sumOfSquares;
    moved.squaredOver += sign * ((sums.sum * sums.sum) / markets);
  };
  for (const sums of gone) add(sums, -1n);
  for (const sums of come) add(sums, 1n);
  const by = (amount: bigint) => sql`${amount.toString()}::numeric`;
  await sql`UPDATE flow.edge_population SET wallets = wallets + ${by(moved.wallets)},
    markets = markets + ${by(moved.markets)}, markets_squared = markets_squared + ${by(moved.marketsSquared)},
    edge_sum = edge_sum + ${by(moved.sum)}, sum_of_squares = sum_of_squares + ${by(moved.squares)},
    squared_sum_over_markets = squared_sum_over_markets + ${by(moved.squaredOver)}`.execute(trx);
}

/** A clock that was set back must not change what was known before: the prior counts from after all that was published. */
export async function publishPrior(trx: Trx, { k, variance }: EdgePrior, at: EpochMs): Promise<void> {
  await lockLedger(trx);
  await sql`INSERT INTO flow.edge_prior (known_from, k, variance)
    SELECT greatest(${ts(at)}, (SELECT max(known_from) + interval '1 microsecond' FROM flow.edge_prior),
        CASE WHEN published_at > ${ts(at)} THEN published_at + interval '1 microsecond' END),
      ${k}::float8, ${variance}::float8 FROM flow.ledger_state`.execute(trx);
}
