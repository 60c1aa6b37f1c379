/** What a run says, as plain figures: the account, the signals' edge, the controls beside it, and a verdict in words. */

import { type AccountResult, judgeAccount } from "./account.ts";
import { type Cluster, type Estimate, estimate } from "./bootstrap.ts";
import type { HistoryFacts } from "./history.ts";
import { createDraw, type Draw, seedOf, shuffled } from "./random.ts";
import type { RunOptions, RunRecord } from "./run.ts";
import { edgeAt, ownPrice, reverseEdge, STUDY_DELAYS_S, type StudyBet } from "./study.ts";

/** USD per share after fees; `bets` of them could be priced and were resolved. */
export type EdgeRow = { readonly name: string; readonly bets: number; readonly edge: Estimate | null };

export type CalibrationRow = {
  readonly from: number;
  readonly to: number;
  readonly bets: number;
  readonly meanPrice: number;
  /** Mean payout per share. */
  readonly paid: number;
};

export type Verdict = "edge" | "no edge" | "cannot tell";

export type BacktestResult = {
  readonly account: AccountResult;
  /** All signals at the run's own delay, as far as their price stayed within the cap. */
  readonly edge: EdgeRow;
  readonly bySignal: readonly EdgeRow[];
  readonly byCategory: readonly EdgeRow[];
  readonly controls: readonly EdgeRow[];
  /** Whatever the price had become; at 0 s the leader's own. */
  readonly decay: readonly EdgeRow[];
  readonly calibration: readonly CalibrationRow[];
  readonly signals: { readonly made: number; readonly priced: number; readonly resolved: number };
  readonly variants: number;
  readonly verdict: { readonly word: Verdict; readonly because: readonly string[] };
};

export const CONTROL = {
  reversed: "reversed signals",
  random: "random wallets, matched on activity",
  shuffled: "shuffled outcomes",
  everyone: "everyone (sample)",
} as const;

type RowOf = (name: string, bets: readonly StudyBet[], edgeOf: (bet: StudyBet) => number) => EdgeRow;

/** One row of edges: bets of one event share their fate. */
function edgeRows(facts: HistoryFacts, seed: number, variants: number): RowOf {
  const clusterOf = (bet: StudyBet): string => facts.markets[bet.market]?.eventId ?? String(bet.market);
  return (name, bets, edgeOf) => {
    const clusters = new Map<string, { value: number; weight: number }>();
    let count = 0;
    for (const bet of bets) {
      const edge = edgeOf(bet);
      if (Number.isNaN(edge)) continue;
      count += 1;
      const cluster = clusters.get(clusterOf(bet)) ?? { value: 0, weight: 0 };
      clusters.set(clusterOf(bet), { value: cluster.value + edge, weight: cluster.weight + 1 });
    }
    const list: readonly Cluster[] = [...clusters.values()];
    return { name, bets: count, edge: estimate(list, drawOf(seed, name), variants) };
  };
}

const drawOf = (seed: number, name: string): Draw => createDraw(seedOf(seed, name));

/**
 * The signals' edge beside the controls, and what both say.
 * @param variants so many have been tried on this data, this one included
 */
export function judgeSignals(
  { bets }: RunRecord,
  facts: HistoryFacts,
  { seed }: Pick<RunOptions, "seed">,
  variants: number,
): Pick<BacktestResult, "edge" | "controls" | "verdict"> {
  const row = edgeRows(facts, seed, variants);
  const ofGroup = (group: StudyBet["group"]): readonly StudyBet[] => bets.filter((bet) => bet.group === group);
  const signals = ofGroup("signal");
  const edge = row("all signals", signals, cappedEdge);
  const controls = [
    row(CONTROL.reversed, signals.filter(isBought), reverseEdge),
    row(CONTROL.random, ofGroup("random"), cappedEdge),
    row(CONTROL.shuffled, shuffleOutcomes(signals, bets, drawOf(seed, "shuffle")), cappedEdge),
    row(CONTROL.everyone, ofGroup("everyone"), cappedEdge),
  ];
  return { edge, controls, verdict: decide(edge, controls) };
}

/** @param variants so many have been tried on this data, this one included */
export function judgeRun(
  record: RunRecord,
  facts: HistoryFacts,
  options: RunOptions,
  variants: number,
): BacktestResult {
  const row = edgeRows(facts, options.seed, variants);
  const signals = record.bets.filter(({ group }) => group === "signal");
  const grouped = (keyOf: (bet: StudyBet) => string): readonly EdgeRow[] =>
    [...Map.groupBy(signals, keyOf)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, bets]) => row(name, bets, cappedEdge));
  return {
    account: judgeAccount(record, options, drawOf(options.seed, "account")),
    ...judgeSignals(record, facts, options, variants),
    bySignal: grouped(({ signalType }) => signalType),
    byCategory: grouped(({ market }) => facts.markets[market]?.category ?? "unknown"),
    decay: STUDY_DELAYS_S.map((seconds, index) =>
      row(`${seconds} s`, signals, (bet) => edgeAt(bet, bet.prices[index] as number)),
    ),
    calibration: calibrate(signals),
    signals: {
      made: signals.length,
      priced: signals.filter((bet) => !Number.isNaN(ownPrice(bet))).length,
      resolved: signals.filter((bet) => !Number.isNaN(bet.payout)).length,
    },
    variants,
  };
}

/** What is dearer than the cap is not bought. */
const isBought = (bet: StudyBet): boolean => ownPrice(bet) <= bet.cap;
/** USD per share of a bet that was bought and resolved, else NaN. */
export const cappedEdge = (bet: StudyBet): number => (isBought(bet) ? edgeAt(bet, ownPrice(bet)) : Number.NaN);

const BUCKETS = 20;
const bucketOf = (bet: StudyBet): number => Math.min(BUCKETS - 1, Math.floor(ownPrice(bet) * BUCKETS));

/** The same bets at the same prices, each with the outcome of another bet, of anybody, at nearly the same price. */
function shuffleOutcomes(signals: readonly StudyBet[], all: readonly StudyBet[], draw: Draw): readonly StudyBet[] {
  const known = all.filter((bet) => isBought(bet) && !Number.isNaN(bet.payout));
  const pools = Map.groupBy(shuffled(known, draw), bucketOf);
  return signals
    .filter((bet) => isBought(bet) && !Number.isNaN(bet.payout))
    .map((bet) => {
      const pool = pools.get(bucketOf(bet)) ?? [bet];
      return { ...bet, payout: (pool[Math.floor(draw() * pool.length)] as StudyBet).payout };
    });
}

const CALIBRATION_BINS = 10;

function calibrate(signals: readonly StudyBet[]): readonly CalibrationRow[] {
  const bets = signals.filter((bet) => isBought(bet) && !Number.isNaN(bet.payout));
  return Array.from({ length: CALIBRATION_BINS }, (_, bin) => {
    const inside = bets.filter(
      (bet) => Math.min(CALIBRATION_BINS - 1, Math.floor(ownPrice(bet) * CALIBRATION_BINS)) === bin,
    );
    const mean = (of: (bet: StudyBet) => number): number =>
      inside.reduce((sum, bet) => sum + of(bet), 0) / Math.max(1, inside.length);
    const [from, to] = [bin / CALIBRATION_BINS, (bin + 1) / CALIBRATION_BINS];
    return { from, to, bets: inside.length, meanPrice: mean(ownPrice), paid: mean(({ payout }) => payout) };
  }).filter(({ bets: count }) => count > 0);
}

const cents = (usd: number): string => `${(usd * 100).toFixed(2)} cents`;

/** An edge has to stand above 0 after the correction, and no control may earn as much. */
function decide({ edge, bets }: EdgeRow, controls: readonly EdgeRow[]): BacktestResult["verdict"] {
  if (edge === null || edge.corrected === null) {
    const events = edge?.clusters ?? 0;
    return { word: "cannot tell", because: [`${bets} signals in ${events} events are too few to say anything`] };
  }
  const { low, high } = edge.corrected;
  const where = `a share earned ${cents(edge.mean)}, between ${cents(low)} and ${cents(high)} after the correction`;
  if (high <= 0) return { word: "no edge", because: [where, "even the upper end earns nothing"] };
  if (low <= 0) return { word: "cannot tell", because: [where, "the interval holds 0"] };
  const alike = controls.filter(
    (control) => (control.edge?.corrected?.low ?? 0) > 0 && (control.edge?.mean ?? 0) >= low,
  );
  if (alike.length > 0) {
    return { word: "cannot tell", because: [where, ...alike.map(({ name }) => `the control earned as much: ${name}`)] };
  }
  return { word: "edge", because: [where, "no control earned as much"] };
}
