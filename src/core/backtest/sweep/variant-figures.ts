/** What one variant of a sweep leaves behind: its account day by day, and its bets by event, so that any window can be judged. */
import { assert } from "../../assert.ts";
import { toNumber } from "../../money/amounts.ts";
import { DAY_MS, type EpochMs } from "../../time/time.ts";
import { correctFor, type Estimate } from "../bootstrap.ts";
import type { HistoryFacts } from "../history.ts";
import { cappedEdge, judgeSignals, type Verdict } from "../result.ts";
import type { RunOptions, RunRecord } from "../run.ts";

/** Bets of one event, made on one day and settled on another. Days are counted from the beginning of the sweep. */
export type BetSum = {
  /** The same in every variant of a sweep. */
  readonly event: number;
  readonly madeOn: number;
  /** The day on which the outcome became known. */
  readonly knownOn: number;
  readonly bets: number;
  /** USD per share after fees, added up. */
  readonly edge: number;
};

export type VariantFigures = {
  /** Change of the equity on each day, open positions at the last bid seen. USD. */
  readonly profits: readonly number[];
  readonly bets: readonly BetSum[];
  readonly trades: number;
  readonly wins: number;
  readonly signals: number;
  readonly feesUsd: number;
  readonly maxDrawdown: number;
  /** Over the whole stretch, not corrected for the other variants. */
  readonly edge: Omit<Estimate, "corrected"> | null;
  /** The highest of the controls that earned something for certain; null: none did. */
  readonly controlEdge: number | null;
  readonly verdict: Verdict;
};

export const dayCount = ({ from, to }: Pick<RunOptions, "from" | "to">): number => Math.ceil((to - from) / DAY_MS);

/** @param variants so many have been tried on this data, this one included */
export function summarizeVariant(
  record: RunRecord,
  facts: HistoryFacts,
  options: RunOptions,
  variants: number,
): VariantFigures {
  const { edge, controls, verdict } = judgeSignals(record, facts, options, variants);
  const closed = record.positions.filter(({ status }) => status === "CLOSED");
  const fees = record.positions.reduce((sum, each) => sum + each.entryFeesUsd + each.exitFeesUsd, 0n);
  return {
    profits: dailyProfits(record, options),
    bets: sumBets(record, facts, options),
    trades: closed.length,
    wins: closed.filter(({ realizedUsd }) => realizedUsd > 0n).length,
    signals: record.bets.filter(({ group }) => group === "signal").length,
    feesUsd: Number(fees) / 1e6,
    maxDrawdown: record.state.equity.maxDrawdown,
    edge: edge.edge === null ? null : uncorrected(edge.edge, variants),
    controlEdge: controls.reduce<number | null>(
      (most, { edge: of }) => ((of?.corrected?.low ?? 0) > 0 ? Math.max(most ?? 0, of?.mean ?? 0) : most),
      null,
    ),
    verdict: verdict.word,
  };
}

/**
 * Without the correction, so that figures do not depend on what else had been tried. Once, on Node 24.21 with all cores
 * busy, an interval held the numbers of the next one computed while its own correction was right: such figures are not kept.
 */
function uncorrected({ mean, interval, corrected, clusters }: Estimate, variants: number): VariantFigures["edge"] {
  const again = interval === null ? null : correctFor(variants, mean, interval);
  assert(again?.low === corrected?.low && again?.high === corrected?.high, "an interval stays as it was computed");
  return { mean, interval, clusters };
}

function dailyProfits({ equity }: RunRecord, options: RunOptions): readonly number[] {
  const profits = new Array<number>(dayCount(options)).fill(0);
  let before = toNumber(options.engine.capitalUsd);
  for (const { at, equityUsd } of equity) {
    const day = Math.min(dayOf(at, options.from), profits.length - 1);
    profits[day] = (profits[day] as number) + equityUsd - before;
    before = equityUsd;
  }
  return profits;
}

const dayOf = (at: number, from: EpochMs): number => Math.max(0, Math.floor((at - from) / DAY_MS));

function sumBets({ bets }: RunRecord, facts: HistoryFacts, { from, delayMs }: RunOptions): readonly BetSum[] {
  const resolvedAt = new Map(facts.resolutions.map(({ marketKey, at }) => [marketKey, at]));
  const events = eventNumbers(facts);
  const sums = new Map<string, BetSum>();
  for (const bet of bets) {
    const edge = bet.group === "signal" ? cappedEdge(bet) : Number.NaN;
    if (Number.isNaN(edge)) continue;
    const event = events[bet.market] as number;
    const madeOn = dayOf(bet.at + delayMs, from);
    const knownOn = dayOf((resolvedAt.get(bet.market) ?? 0) + delayMs, from);
    const key = `${event}:${madeOn}:${knownOn}`;
    const sum = sums.get(key) ?? { event, madeOn, knownOn, bets: 0, edge: 0 };
    sums.set(key, { ...sum, bets: sum.bets + 1, edge: sum.edge + edge });
  }
  return [...sums.values()];
}

/** Of each market: the first market of the same event stands for it. */
function eventNumbers({ markets }: HistoryFacts): Int32Array {
  const first = new Map<string, number>();
  return Int32Array.from(markets, (market, key) => {
    const event = market?.eventId ?? null;
    if (event === null) return key;
    const known = first.get(event) ?? key;
    first.set(event, known);
    return known;
  });
}
