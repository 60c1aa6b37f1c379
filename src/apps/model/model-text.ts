import type { Estimate } from "../../core/backtest/bootstrap.ts";
import type { ModelMetrics, Scores } from "../../core/model/metrics.ts";
import { formatUsd } from "../../core/money/amounts.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { StoredModel } from "../../ports/model.ts";
import { time } from "../backtest/figures.ts";
import { type Column, renderFitting, showCount } from "../table.ts";

const right = (title: string): Column => ({ title, align: "right" });
const four = (value: number): string => value.toFixed(4);

/** A model file in a screenful. */
export function modelText({ hash, model }: StoredModel, width: number): string {
  const { from, to, examples, events, folds, embargoMs, penalty, seed, trust, metrics, featuresVersion } = model;
  const learned = `Learned from ${showCount(examples)} buys of at least ${formatUsd(model.minTradeUsd)} USD in ${showCount(events)} events, ${time(from)} to ${time(to)}.`;
  const how = `Logistic regression from the price, penalty ${penalty ?? "without end: it is the price itself"}; features of version ${featuresVersion}, score of version ${model.scoreVersion}; seed ${seed}.`;
  const judged = `Out of sample: ${folds} parts, each judged by what was known ${embargoMs / 3_600_000} h before it.`;
  const weights = renderFitting(
    [{ title: "feature" }, right("mean"), right("scale"), right("weight")],
    model.coefficients.map(({ name, mean, scale, weight }) => [name, four(mean), four(scale), four(weight)]),
    width,
  );
  return [
    `Model ${hash}\n${learned}\n${how}`,
    weights,
    `${judged}\n${metricsText(metrics, width)}`,
    trust === 0
      ? "It makes no signal: nothing of what it adds to the price is proven."
      : `Proven of what it adds to the price: ${(100 * trust).toFixed(0)} %.`,
  ].join("\n\n");
}

export type Evaluation = {
  readonly hash: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly unresolved: number;
  readonly metrics: ModelMetrics | null;
};

export const evaluationText = ({ hash, from, to, unresolved, metrics }: Evaluation, width: number): string =>
  [
    `Model ${hash}, judged from ${time(from)} to ${time(to)}; ${showCount(unresolved)} buys are not resolved yet.`,
    metricsText(metrics, width),
  ].join("\n\n");

function metricsText(metrics: ModelMetrics | null, width: number): string {
  if (metrics === null)
    return "Verdict: no better than the price. No buy of a wallet that may be followed was resolved.";
  const { examples, events, model, price, logLossGain, brierGain, verdict, calibration } = metrics;
  return [
    `${showCount(examples)} buys in ${showCount(events)} events.`,
    renderFitting(
      [{ title: "" }, right("model"), right("price"), right("gain"), { title: "95 %" }],
      [
        lossRow("log loss", model.logLoss, price.logLoss, logLossGain),
        lossRow("Brier score", model.brier, price.brier, brierGain),
        ["AUC", aucText(model), aucText(price), "", ""],
      ],
      width,
    ),
    renderFitting(
      [{ title: "model says" }, right("buys"), right("model"), right("price"), right("paid")],
      calibration.map((bin) => [
        `${bin.from.toFixed(1)} to ${bin.to.toFixed(1)}`,
        showCount(bin.examples),
        ...[bin.meanProbability, bin.meanPrice, bin.paid].map(four),
      ]),
      width,
    ),
    `Verdict: ${verdict.word}. ${verdict.because}.`,
  ].join("\n\n");
}

const lossRow = (name: string, model: number, price: number, gain: Estimate | null): readonly string[] => [
  name,
  four(model),
  four(price),
  gain === null ? "–" : four(gain.mean),
  gain?.interval == null ? "too few events" : `${four(gain.interval.low)} to ${four(gain.interval.high)}`,
];

const aucText = ({ auc }: Scores): string => (auc === null ? "–" : four(auc));
