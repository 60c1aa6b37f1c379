/** What was found out by looking at the past: backtests, sweeps, tables of research, models. */
import { z } from "@hono/zod-openapi";
import { count, decimal, flag, ratio, text, time, timeOrNull, whole } from "./values.ts";

const measured = ratio.nullable();
const hasPage = flag.openapi({ description: "whether /reports/{kind}/{id} has its whole report" });

export const backtest = z
  .object({
    ...{ id: text, created_at: time, from_at: time, to_at: time, verdict: text },
    edge_per_share: measured.openapi({ description: "USD; null: none could be measured" }),
    edge_low: measured.openapi({ description: "end of the interval, corrected for the variants tried" }),
    edge_high: measured,
    ...{ net_usd: measured, total_return: measured, sharpe_ratio: measured, max_drawdown: measured },
    ...{ win_rate: measured, trades: whole.nullable(), profit_factor: measured, fees_usd: measured, has_page: hasPage },
  })
  .openapi("Backtest");

export const backtestPage = backtest
  .extend({ report: z.unknown().openapi({ description: "every parameter that decides its outcome" }) })
  .openapi("BacktestPage");

const gridValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const sweep = z
  .object({
    ...{ id: text, begun_at: time, last_done_at: timeOrNull, from_at: time, to_at: time },
    objective: z.enum(["profit", "sharpe", "edge"]),
    grid: z.record(z.string(), z.array(gridValue)).openapi({ description: "values of each parameter" }),
    ...{ variants: count, done: count, verdict: text.nullable() },
    in_sample: measured.openapi({ description: "of the variants chosen, in the unit of the objective" }),
    out_of_sample: measured.openapi({ description: "the same on the days behind those that they were chosen on" }),
    survives: measured.openapi({ description: "share of the in-sample figure that was left" }),
    rank_correlation: measured,
    overfitting_probability: measured,
    profit_usd: measured.openapi({ description: "out of sample" }),
    has_page: hasPage,
  })
  .openapi("Sweep");

export const researchTable = z
  .object({
    ...{ id: text, made_at: time, title: text, topic: text, category: text.nullable() },
    ...{ from_at: time, to_at: time, fills: count, has_page: hasPage },
  })
  .openapi("ResearchTable");

export const model = z
  .object({
    id: text.openapi({ description: "SHA-256 of the model file's content" }),
    ...{ trained_at: time, from_at: time, to_at: time, examples: whole, events: whole },
    verdict: text.nullable(),
    trust: ratio.openapi({
      description: "share of its departure from the price that outcomes bore out; 0: no signals",
    }),
    log_loss: measured.openapi({ description: "out of sample" }),
    price_log_loss: measured.openapi({ description: "of the price itself, on the same buys" }),
    ...{ signals: count, executed: count, wins: count, losses: count, profit_loss_usd: decimal },
    last_signal_at: timeOrNull,
  })
  .openapi("Model");

const interval = z.object({ low: ratio, high: ratio }).nullable();
const estimate = z.object({ mean: ratio, interval, clusters: whole }).nullable();
const scores = z.object({ logLoss: ratio, brier: ratio, auc: measured });

/** As in the model file. */
const card = z.object({
  ...{ featuresVersion: whole, scoreVersion: whole, folds: whole, embargoMs: ratio, penalty: measured, seed: whole },
  ...{ minTradeUsd: text, intercept: ratio },
  coefficients: z.array(z.object({ name: text, mean: ratio, scale: ratio, weight: ratio })),
  metrics: z
    .object({
      ...{ examples: whole, events: whole, model: scores, price: scores },
      ...{ logLossGain: estimate, brierGain: estimate, gainOverUnbiased: estimate },
      calibration: z.array(
        z.object({
          ...{ from: ratio, to: ratio, examples: whole },
          ...{ meanProbability: ratio, meanPrice: ratio, paid: ratio },
        }),
      ),
      verdict: z.object({ word: text, because: text }),
    })
    .nullable(),
});

export const modelPage = model.extend({ card }).openapi("ModelPage");
