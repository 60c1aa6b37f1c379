/** What a model's probabilities are worth against the price's own, on examples that it had not seen. */
import { CLUSTERS_MIN, type Cluster, type Estimate, estimate } from "../backtest/bootstrap.ts";
import type { Draw } from "../backtest/random.ts";
import { studentT95 } from "../reputation/edge.ts";
import type { Said } from "./example.ts";
import { clampPrice, logistic, logit, logLoss, probabilityAt } from "./probability.ts";

export type Scores = {
  /** Mean per example, natural logarithm. */
  readonly logLoss: number;
  readonly brier: number;
  /** That a winner was given more than a loser; null: all ended alike. */
  readonly auc: number | null;
};

export type CalibrationBin = {
  readonly from: number;
  readonly to: number;
  readonly examples: number;
  readonly meanProbability: number;
  readonly meanPrice: number;
  /** Mean payout per share. */
  readonly paid: number;
};

export type ModelVerdict = "better than the price" | "no better than the price";

export type ModelMetrics = {
  readonly examples: number;
  readonly events: number;
  readonly model: Scores;
  readonly price: Scores;
  /** Log loss and Brier score of the price less the model's; positive: the model is better. By event, 95 %. */
  readonly logLossGain: Estimate | null;
  readonly brierGain: Estimate | null;
  /**
   * The same against the price with its bias taken out, by the very outcomes that are judged: those who buy at the ask pay
   * more than a share is worth, and to know that much is no reason to buy.
   */
  readonly gainOverUnbiased: Estimate | null;
  /** By the model's probability. */
  readonly calibration: readonly CalibrationBin[];
  readonly verdict: { readonly word: ModelVerdict; readonly because: string };
};

/** @returns null without examples */
export function judgeModel(said: readonly Said[], draw: Draw): ModelMetrics | null {
  if (said.length === 0) return null;
  const probabilities = said.map(({ price, departure }) => probabilityAt(price, departure));
  const prices = said.map(({ price }) => price);
  const payouts = said.map(({ payout }) => payout);
  const gain = (
    lossOf: (probability: number, payout: number) => number,
    baseline: readonly number[] = prices,
  ): Estimate | null =>
    estimate(
      clusterSums(
        said,
        (each, index) =>
          lossOf(baseline[index] as number, each.payout) - lossOf(probabilities[index] as number, each.payout),
      ),
      draw,
      1,
    );
  const gainOverUnbiased = gain(logLoss, unbiased(prices, payouts));
  return {
    examples: said.length,
    events: new Set(said.map(({ cluster }) => cluster)).size,
    model: scoresOf(probabilities, payouts),
    price: scoresOf(prices, payouts),
    logLossGain: gain(logLoss),
    brierGain: gain(brier),
    gainOverUnbiased,
    calibration: calibrate(probabilities, prices, payouts),
    verdict: decide(gainOverUnbiased),
  };
}

const brier = (probability: number, payout: number): number => (probability - payout) ** 2;

function clusterSums(said: readonly Said[], amountOf: (each: Said, index: number) => number): readonly Cluster[] {
  const clusters = new Map<string, { value: number; weight: number }>();
  for (const [index, each] of said.entries()) {
    const sums = clusters.get(each.cluster) ?? { value: 0, weight: 0 };
    clusters.set(each.cluster, { value: sums.value + amountOf(each, index), weight: sums.weight + 1 });
  }
  return [...clusters.values()];
}

function decide(gain: Estimate | null): ModelMetrics["verdict"] {
  const interval = gain?.interval ?? null;
  if (gain === null || interval === null) {
    const events = gain?.clusters ?? 0;
    const because = events < CLUSTERS_MIN ? `${events} events are too few to say more` : "it says what the price says";
    return { word: "no better than the price", because };
  }
  const where = `log loss, against the price without its bias, lower by ${gain.mean.toFixed(4)}, between ${interval.low.toFixed(4)} and ${interval.high.toFixed(4)}`;
  return { word: interval.low > 0 ? "better than the price" : "no better than the price", because: where };
}

function scoresOf(probabilities: readonly number[], payouts: readonly number[]): Scores {
  const mean = (lossOf: (probability: number, payout: number) => number): number =>
    probabilities.reduce((sum, each, index) => sum + lossOf(each, payouts[index] as number), 0) / probabilities.length;
  return { logLoss: mean(logLoss), brier: mean(brier), auc: aucOf(probabilities, payouts) };
}

/** Mann and Whitney's statistic from ranks, equal ones shared; what paid a part is neither won nor lost. */
export function aucOf(probabilities: readonly number[], payouts: readonly number[]): number | null {
  const order = probabilities
    .map((probability, index) => ({ probability, payout: payouts[index] as number }))
    .filter(({ payout }) => payout === 0 || payout === 1)
    .sort((a, b) => a.probability - b.probability);
  const won = order.filter(({ payout }) => payout === 1).length;
  const lost = order.length - won;
  if (won === 0 || lost === 0) return null;
  let ranks = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && order[end]?.probability === order[start]?.probability) end += 1;
    const rank = (start + 1 + end) / 2;
    for (let index = start; index < end; index += 1) if (order[index]?.payout === 1) ranks += rank;
    start = end;
  }
  return (ranks - (won * (won + 1)) / 2) / (won * lost);
}

const BINS = 10;

function calibrate(
  probabilities: readonly number[],
  prices: readonly number[],
  payouts: readonly number[],
): readonly CalibrationBin[] {
  const bins = Array.from({ length: BINS }, () => ({ examples: 0, probability: 0, price: 0, paid: 0 }));
  for (const [index, probability] of probabilities.entries()) {
    const bin = bins[Math.min(BINS - 1, Math.floor(probability * BINS))] as (typeof bins)[number];
    bin.examples += 1;
    bin.probability += probability;
    bin.price += prices[index] as number;
    bin.paid += payouts[index] as number;
  }
  return bins.flatMap(({ examples, probability, price, paid }, bin) =>
    examples === 0
      ? []
      : [
          {
            ...{ from: bin / BINS, to: (bin + 1) / BINS, examples },
            ...{ meanProbability: probability / examples, meanPrice: price / examples, paid: paid / examples },
          },
        ],
  );
}

/** `intercept + slope · logit(price)` with the largest likelihood, by Newton's method. */
function unbiased(prices: readonly number[], payouts: readonly number[]): readonly number[] {
  const logits = prices.map(logit);
  let [intercept, slope] = [0, 1];
  for (let step = 0; step < STEPS_MAX; step += 1) {
    // A trace of a penalty towards the price itself, for outcomes that are all alike.
    let [g0, g1, h00, h01, h11] = [-TRACE * intercept, -TRACE * (slope - 1), TRACE, 0, TRACE];
    for (const [index, x] of logits.entries()) {
      const probability = logistic(intercept + slope * x);
      const residual = (payouts[index] as number) - probability;
      const variance = probability * (1 - probability);
      g0 += residual;
      g1 += residual * x;
      h00 += variance;
      h01 += variance * x;
      h11 += variance * x * x;
    }
    const determinant = h00 * h11 - h01 * h01;
    const [by, slopeBy] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
    intercept += by;
    slope += slopeBy;
    if (Math.abs(by) + Math.abs(slopeBy) < 1e-9) break;
  }
  return logits.map((x) => clampPrice(logistic(intercept + slope * x)));
}

const TRACE = 1e-3;
const STEPS_MAX = 50;

/**
 * The share b of the departure that outcomes bore out: the largest likelihood of `logit(price) + b · departure`, less
 * Student's t times an error whose clusters are events (Liang and Zeger 1986). From 0 to 1; 0 where too few events say.
 */
export function trustOf(said: readonly Said[]): number {
  let share = 0;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    let [slope, curvature] = [0, 0];
    for (const { price, departure, payout } of said) {
      const probability = probabilityAt(price, share * departure);
      slope += departure * (payout - probability);
      curvature += departure ** 2 * probability * (1 - probability);
    }
    if (curvature === 0) return 0;
    const move = Math.max(-1, Math.min(1, slope / curvature));
    share += move;
    if (Math.abs(move) < 1e-9) break;
  }
  let curvature = 0;
  for (const { price, departure } of said) {
    const probability = probabilityAt(price, share * departure);
    curvature += departure ** 2 * probability * (1 - probability);
  }
  const pulls = clusterSums(
    said,
    ({ price, departure, payout }) => departure * (payout - probabilityAt(price, share * departure)),
  );
  const count = pulls.length;
  if (count < CLUSTERS_MIN || curvature === 0) return 0;
  const squares = pulls.reduce((sum, { value }) => sum + value ** 2, 0);
  const error = Math.sqrt((count / (count - 1)) * squares) / curvature;
  const lower = share - studentT95(count - 1) * error;
  return Number.isFinite(lower) ? Math.min(1, Math.max(0, lower)) : 0;
}
