import { createSimnetHistory, type SimnetHistory } from "../../src/adapters/simnet/history.ts";
import { logistic, logit } from "../../src/adapters/simnet/random/probability.ts";
import type { SimMarket } from "../../src/adapters/simnet/world/market.ts";
import { type BacktestResult, judgeRun } from "../../src/core/backtest/result.ts";
import type { RunOptions, RunRecord } from "../../src/core/backtest/run.ts";
import type { StudyBet } from "../../src/core/backtest/study.ts";
import { feePerShare } from "../../src/core/execution/fee.ts";
import { DAY_MS, epochMs } from "../../src/core/time/time.ts";
import { runBacktest } from "../../src/services/backtest/run-backtest.ts";
import { dollars, engineOf, runOptions } from "./backtest-options.ts";

export type SkillWorld = {
  readonly seed: string;
  readonly days: number;
  readonly isSkillPlanted: boolean;
  /** Null: what the informed know never reaches the price before the end. */
  readonly revealMs: number | null;
  readonly minWhaleScore: number;
  /** Half as many wallets trade half as much, in half the time. */
  readonly isSmall?: boolean;
};

export type SkillRun = {
  readonly history: SimnetHistory;
  readonly options: RunOptions;
  readonly record: RunRecord;
  readonly result: BacktestResult;
};

const GENESIS = Date.UTC(2026, 6, 1);

const POPULATION = { market_maker: 6, informed: 16, noise: 40, panicker: 6 };
const SMALL_POPULATION = { market_maker: 3, informed: 8, noise: 20, panicker: 3 };

/** A world of seventy wallets whose orders are small, a third of it for learning, the rest for trading. */
export async function runSkillWorld({
  seed,
  days,
  isSkillPlanted,
  revealMs,
  minWhaleScore,
  isSmall = false,
}: SkillWorld): Promise<SkillRun> {
  const population = isSmall ? SMALL_POPULATION : POPULATION;
  const history = createSimnetHistory({ seed, genesisMs: GENESIS, days, population, isSkillPlanted, revealMs });
  const engine = engineOf({ minWhaleScore, minWhaleTradeUsd: dollars(20) });
  const from = epochMs(GENESIS + Math.floor(days / 3) * DAY_MS);
  const options = runOptions(from, epochMs(GENESIS + days * DAY_MS), {
    ...engine,
    limits: { ...engine.limits, minConfidence: Math.min(engine.limits.minConfidence, minWhaleScore / 10) },
  });
  const { record } = await runBacktest(history, options);
  return { history, options, record, result: judgeRun(record, history.facts, options, 1) };
}

/**
 * What the world planted: the leader's private signal joined with what the public knew when it bought, less what we paid.
 * @param index of the delay, as in `StudyBet.prices`
 */
export function plantedEdge({ history, record }: SkillRun, index: number): number {
  const byIndex = new Map(history.world.markets.map((market) => [market.index, market]));
  const edges = record.bets
    .filter((bet) => bet.group === "signal" && !Number.isNaN(bet.payout) && !Number.isNaN(bet.prices[index]))
    .map((bet) => {
      const paid = bet.prices[index] as number;
      return chance(history, byIndex.get(bet.market) as SimMarket, bet) - paid - feePerShare(bet.fee, paid);
    });
  return edges.reduce((sum, each) => sum + each, 0) / edges.length;
}

function chance(history: SimnetHistory, market: SimMarket, bet: StudyBet): number {
  const fair = market.fairAt(bet.at);
  const own = Math.min(1 - 1e-6, Math.max(1e-6, bet.outcome === 0 ? fair : 1 - fair));
  return logistic(logit(own) + logit(history.world.wallets[bet.wallet]?.accuracy ?? 0.5));
}
