import { type Kysely, sql } from "kysely";
import type { OutcomeIndex } from "../../core/market/market.ts";
import {
  FLOW_TRADES_MAX,
  FLOW_WINDOW_MS,
  type FlowTrade,
  type ModelContext,
  sumFlow,
  type WalletProfile,
} from "../../core/model/context.ts";
import { addMs, type EpochMs } from "../../core/time/time.ts";
import type { CandidateQuery } from "../../ports/executor-store.ts";
import { json } from "./codecs.ts";
import type { Schema } from "./schema.ts";

/** What a candidate's context is looked up by. */
type Place = {
  readonly block_number: number;
  readonly log_index: number;
  readonly wallet_key: number;
  readonly market_key: number;
  readonly outcome_index: OutcomeIndex;
  readonly is_sell: boolean;
  readonly cash_micros: bigint;
  readonly follow_eligible: boolean | null;
  readonly occurred_at: EpochMs;
};

export const placeOf = (row: Pick<Place, "block_number" | "log_index">): string =>
  `${row.block_number}:${row.log_index}`;

/** The window in blocks, were they half a second apart: leaves out partitions that cannot hold any of it. */
const WINDOW_BLOCKS = FLOW_WINDOW_MS / 500;

/** For each of the rows that the model is asked about: its wallet's record, and its market's last minutes. */
export async function loadContexts(
  kysely: Kysely<Schema>,
  rows: readonly Place[],
  { minTradeUsd }: NonNullable<CandidateQuery["model"]>,
): Promise<ReadonlyMap<string, ModelContext>> {
  const asked = rows.filter((row) => !row.is_sell && row.follow_eligible === true && row.cash_micros >= minTradeUsd);
  if (asked.length === 0) return new Map();
  const [profiles, trades] = await Promise.all([loadProfiles(kysely, asked), loadTrades(kysely, asked)]);
  return new Map(
    asked.flatMap((row) => {
      const profile = profiles.get(row.wallet_key);
      if (profile === undefined) return [];
      const flow = sumFlow(trades.get(placeOf(row)) ?? [], row.wallet_key, row.outcome_index);
      return [[placeOf(row), { profile, flow }] as const];
    }),
  );
}

async function loadProfiles(
  kysely: Kysely<Schema>,
  asked: readonly Place[],
): Promise<ReadonlyMap<number, WalletProfile>> {
  const rows = await kysely
    .selectFrom("flow.wallet_score")
    .select([
      "wallet_key",
      "closed_markets",
      "win_rate",
      "avg_profit_pct",
      "roi_deviation",
      "part_timing",
      "cost_micros",
    ])
    .where("wallet_key", "in", [...new Set(asked.map((row) => row.wallet_key))])
    .execute();
  return new Map(
    rows.map((row) => [
      row.wallet_key,
      {
        units: row.closed_markets,
        winRate: row.win_rate,
        avgProfit: row.avg_profit_pct,
        roiDeviation: row.roi_deviation,
        timing: row.part_timing,
        usualUsd: Number(row.cost_micros) / Math.max(1, row.closed_markets) / 1e6,
      },
    ]),
  );
}

type TradeRow = {
  place_block: number;
  place_log: number;
  occurred_at: EpochMs;
  wallet_key: number;
  outcome_index: OutcomeIndex;
  is_sell: boolean;
  is_maker: boolean;
  cash_micros: bigint;
  size_micros: bigint;
  score: number;
};

/** Oldest first. OFFSET 0 keeps to look-ups by token: both of the market's, of a few hundred blocks. */
async function loadTrades(
  kysely: Kysely<Schema>,
  asked: readonly Place[],
): Promise<ReadonlyMap<string, readonly FlowTrade[]>> {
  const places = asked.map((row) => ({
    ...{ block: row.block_number, log: row.log_index, market: row.market_key },
    since: new Date(addMs(row.occurred_at, -FLOW_WINDOW_MS)).toISOString(),
  }));
  const { rows } = await sql<TradeRow>`
    SELECT p.block AS place_block, p.log AS place_log, f.occurred_at, f.wallet_key, f.outcome_index, f.is_sell,
      f.is_maker, f.cash_micros, f.size_micros, coalesce(s.reputation_score, 5)::float8 AS score
    FROM jsonb_to_recordset(${json(places)}) AS p (block int, log int, market int, since timestamptz)
    CROSS JOIN LATERAL (
      SELECT n.* FROM flow.token t CROSS JOIN LATERAL (
        SELECT *, t.outcome_index FROM flow.fill
        WHERE token_key = t.token_key AND block_number BETWEEN p.block - ${WINDOW_BLOCKS}::int AND p.block OFFSET 0
      ) n
      WHERE t.market_key = p.market AND (n.block_number, n.log_index) < (p.block, p.log) AND n.occurred_at >= p.since
      ORDER BY n.block_number DESC, n.log_index DESC LIMIT ${FLOW_TRADES_MAX}::int
    ) f
    LEFT JOIN flow.wallet_score s USING (wallet_key)
    ORDER BY p.block, p.log, f.block_number, f.log_index`.execute(kysely);
  const trades = new Map<string, FlowTrade[]>();
  for (const row of rows) {
    const place = placeOf({ block_number: row.place_block, log_index: row.place_log });
    const list = trades.get(place) ?? [];
    trades.set(place, list);
    list.push({
      ...{ at: row.occurred_at, wallet: row.wallet_key, outcome: row.outcome_index },
      ...{ isSell: row.is_sell, isMaker: row.is_maker, score: row.score },
      ...{ usd: Number(row.cash_micros) / 1e6, shares: Number(row.size_micros) / 1e6 },
    });
  }
  return trades;
}
