/** What the dashboard shows of a report: its figures for the list, and its page. */
import { hashValue } from "../core/engine/state-hash.ts";
import { toNumber } from "../core/money/amounts.ts";
import type { EpochMs } from "../core/time/time.ts";
import type { KeptReport } from "../ports/report-store.ts";
import type { BacktestReport } from "../services/backtest/backtest.ts";
import type { SweepReport } from "../services/backtest/sweep-report.ts";
import type { ResearchReport } from "../services/research/research.ts";
import { reportPage } from "./backtest/page.ts";
import { sweepPage } from "./backtest/sweep-page.ts";
import { researchPage } from "./research/page.ts";

export function keptBacktest(report: BacktestReport, madeAt: EpochMs): KeptReport {
  const { account, edge } = report.result;
  const { from, to } = report.options;
  return {
    ...{ kind: "backtest", id: report.variant, title: "Backtest", from, to, page: reportPage(report), madeAt },
    figures: {
      net_usd: toNumber(account.netUsd),
      total_return: account.totalReturn.value,
      sharpe_ratio: account.sharpe.value,
      max_drawdown: account.maxDrawdown.value,
      win_rate: account.winRate.value,
      trades: account.trades,
      profit_factor: account.profitFactor.value,
      fees_usd: toNumber(account.feesUsd),
      edge_low: edge.edge?.corrected?.low ?? null,
      edge_high: edge.edge?.corrected?.high ?? null,
    },
  };
}

export function keptSweep(report: SweepReport, madeAt: EpochMs): KeptReport {
  const { from, to, objective } = report.plan;
  const { walk, overfitting, verdict } = report.judgement;
  return {
    ...{ kind: "sweep", id: report.id, title: "Sweep", from, to, page: sweepPage(report), madeAt },
    figures: {
      ...{ verdict: verdict.word, objective, is_partial: report.isPartial },
      in_sample: walk?.inSample ?? null,
      out_of_sample: walk?.outOfSample ?? null,
      survives: walk?.survives ?? null,
      rank_correlation: walk?.rankCorrelation ?? null,
      overfitting_probability: overfitting?.probability ?? null,
      profit_usd: walk?.profitUsd ?? null,
    },
  };
}

export function keptResearch(report: ResearchReport, madeAt: EpochMs): KeptReport {
  const { topic, category, from, to, fills, isPartial, table } = report;
  return {
    ...{ kind: "research", id: hashValue({ topic, category, from, to }), title: table.title, from, to, madeAt },
    ...{ page: researchPage(report), figures: { topic, category, fills, is_partial: isPartial } },
  };
}
