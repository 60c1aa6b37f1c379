import { sql } from "kysely";
import { bytes, ts } from "../../src/adapters/postgres/codecs.ts";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import type { Address } from "../../src/core/ids/ids.ts";
import { type EpochMs, epochMs } from "../../src/core/time/time.ts";

export type ScoreOptions = {
  readonly score: number;
  readonly followEligible?: boolean;
  readonly edgeLowerBound?: number | null;
  readonly tier?: string;
  readonly at?: EpochMs;
};

/** Gives a wallet a score as the reputation service would publish it; parts that nobody reads here are 0. */
export async function putScore({ kysely }: Database, wallet: Address, options: ScoreOptions): Promise<void> {
  const { score, followEligible = score >= 7, edgeLowerBound = null, tier = "TEST", at = epochMs(0) } = options;
  await sql`INSERT INTO flow.wallet (address) VALUES (${bytes(wallet)}) ON CONFLICT DO NOTHING`.execute(kysely);
  // In a crowd without variance and with k = 15, one market says any bound to the last bit.
  await sql`INSERT INTO flow.edge_prior (known_from, k, variance) VALUES ('2000-01-01', 15, 0) ON CONFLICT DO NOTHING`.execute(
    kysely,
  );
  const markets = edgeLowerBound === null ? 0 : 1;
  const edgeSum = Math.round((edgeLowerBound ?? 0) * 16e6);
  await sql`
    INSERT INTO flow.wallet_score (
      wallet_key, closed_markets, profitable_trades, losing_trades, incomplete_markets, score_version, follow_eligible,
      reputation_score, confidence_score, raw_score, part_win_rate, part_profit, part_consistency, part_volume,
      part_timing, win_rate, avg_profit_pct, roi_deviation, edge_markets, edge_sum,
      edge_sum_of_squares, cost_micros, pnl_micros, gross_profit_micros, gross_loss_micros, trader_tier, calculated_at
    )
    SELECT wallet_key, 40, 0, 0, 0, 3, ${followEligible}, ${score}, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      ${markets}::int, ${edgeSum}::int8, ${edgeSum}::numeric * ${edgeSum}::numeric, 0, 0, 0, 0, ${tier}, ${ts(at)}
    FROM flow.wallet WHERE address = ${bytes(wallet)}
    ON CONFLICT (wallet_key) DO UPDATE SET reputation_score = EXCLUDED.reputation_score,
      follow_eligible = EXCLUDED.follow_eligible, edge_markets = EXCLUDED.edge_markets,
      edge_sum = EXCLUDED.edge_sum, edge_sum_of_squares = EXCLUDED.edge_sum_of_squares,
      trader_tier = EXCLUDED.trader_tier, calculated_at = EXCLUDED.calculated_at`.execute(kysely);
}
