/** One table of the literature from a staged history: which passes it needs, over which part of it. */
import { createDraw, type Draw, seedOf } from "../../core/backtest/random.ts";
import type { RunOptions } from "../../core/backtest/run.ts";
import type { StudyBet } from "../../core/backtest/study.ts";
import { tallyCalibration } from "../../core/research/calibration.ts";
import { tallyConcentration } from "../../core/research/concentration.ts";
import { tableDelays } from "../../core/research/delay.ts";
import { tableKelly } from "../../core/research/kelly.ts";
import { tallyMakerTaker } from "../../core/research/maker-taker.ts";
import { type Outcomes, readOutcomes } from "../../core/research/outcomes.ts";
import { tallyPersistence } from "../../core/research/persistence.ts";
import { tallySizeBuckets } from "../../core/research/size-buckets.ts";
import type { ResearchTable, Tally } from "../../core/research/table.ts";
import { tallyVolume } from "../../core/research/volume.ts";
import { WalletTotals } from "../../core/research/wallet-totals.ts";
import { tallyWash } from "../../core/research/wash-share.ts";
import { addMs, DAY_MS, type EpochMs, epochMs, HOUR_MS } from "../../core/time/time.ts";
import type { History, HistoryCoverage, StagedHistory } from "../../ports/backtest.ts";
import { type RunProgress, runBacktest } from "../backtest/run-backtest.ts";
import { scoreAt } from "./score-at.ts";

export const RESEARCH_TOPICS = [
  "volume",
  "calibration",
  "concentration",
  "size-buckets",
  "persistence",
  "delay-decay",
  "wash",
  "maker-taker",
  "kelly",
] as const;
export type ResearchTopic = (typeof RESEARCH_TOPICS)[number];

/** Everything that a table rests on. */
export type ResearchReport = {
  readonly topic: ResearchTopic;
  readonly table: ResearchTable;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Null: all. */
  readonly category: string | null;
  readonly fills: number;
  readonly coverage: HistoryCoverage;
  /** Cut short before its end. */
  readonly isPartial: boolean;
  readonly seed: number;
};

export type ResearchRequest = {
  readonly topic: ResearchTopic;
  /** From when to when, by whose rules wallets are followed, and with which seed. */
  readonly run: RunOptions;
  readonly category: string | null;
  readonly onProgress?: (stage: string, progress: RunProgress) => void;
  readonly signal?: AbortSignal;
};

export async function research(history: StagedHistory, request: ResearchRequest): Promise<ResearchReport> {
  const outcomes = readOutcomes(history.facts);
  const { run, topic, category } = request;
  const pass = new Pass(history, outcomes, request);
  const draw = createDraw(seedOf(run.seed, topic));
  const table = await tableOf(topic, { history, outcomes, request, pass, draw });
  const { fills, isPartial } = pass;
  const { from, to, seed } = run;
  return { topic, table, from, to, category, fills, coverage: history.coverage, isPartial, seed };
}

type Work = {
  readonly history: StagedHistory;
  readonly outcomes: Outcomes;
  readonly request: ResearchRequest;
  readonly pass: Pass;
  readonly draw: Draw;
};

async function tableOf(topic: ResearchTopic, work: Work): Promise<ResearchTable> {
  const { history, outcomes, request, pass, draw } = work;
  const { facts } = history;
  const { from, to } = request.run;
  const middle = epochMs(Math.ceil((from + to) / 2 / HOUR_MS) * HOUR_MS);
  const tally = async (each: Tally): Promise<ResearchTable> => {
    await pass.read(each);
    return each.table(draw);
  };
  switch (topic) {
    case "volume":
      return tally(tallyVolume(facts, outcomes));
    case "calibration":
      return tally(tallyCalibration(facts, outcomes));
    case "concentration":
      return tally(tallyConcentration(new WalletTotals(facts, outcomes)));
    case "size-buckets":
      return tally(tallySizeBuckets(facts, outcomes));
    case "maker-taker":
      return tally(tallyMakerTaker(facts, outcomes, new WalletTotals(facts, outcomes)));
    case "wash":
      return tally(tallyWash(facts, outcomes, await history.findWash(from, to, request.signal)));
    case "persistence": {
      const board = await scoreAt(history, request.run, middle, pass.watch("learning scores"));
      const isFollowed = (wallet: number): boolean =>
        board.eligible[wallet] === 1 && (board.score[wallet] as number) >= request.run.engine.signals.minWhaleScore;
      const scoreOf = (wallet: number): number | null =>
        board.tierState(wallet) === null ? null : (board.score[wallet] as number);
      return tally(tallyPersistence(facts, outcomes, { split: middle, scoreOf, isFollowed }));
    }
    case "delay-decay":
      return tableDelays(await pass.follow(), outcomes, draw);
    case "kelly":
      return tableKelly(await pass.follow(), facts, outcomes, middle, draw);
  }
}

/** Reads the past, and keeps account of how much of it. */
class Pass {
  fills = 0;
  isPartial = false;
  private readonly history: History;
  private readonly outcomes: Outcomes;
  private readonly request: ResearchRequest;

  constructor(history: History, outcomes: Outcomes, request: ResearchRequest) {
    this.history = history;
    this.outcomes = outcomes;
    this.request = request;
  }

  /** Fills of the stretch and the category. */
  async read(tally: Tally): Promise<void> {
    const { run, signal } = this.request;
    const { facts, coverage } = this.history;
    const isWanted = this.wanted();
    let read = 0;
    for await (const { batch } of this.history.read()) {
      if (signal?.aborted) {
        this.isPartial = true;
        return;
      }
      for (let row = 0; row < batch.length; row += 1) {
        const at = batch.occurredAt[row] as number;
        if (at < run.from || at >= run.to) continue;
        if (!isWanted(facts.tokenMarket[batch.token[row] as number] ?? -1)) continue;
        this.fills += 1;
        tally.fill(batch, row);
      }
      read += batch.length;
      const at = (batch.occurredAt[batch.length - 1] ?? null) as EpochMs | null;
      this.request.onProgress?.("reading fills", { fills: read, of: coverage.fills, at });
      if (at !== null && at >= run.to) return;
    }
  }

  /** What bets on the signals of the present strategy would have come to. */
  async follow(): Promise<readonly StudyBet[]> {
    const { run } = this.request;
    // Bets are made until the end of the stretch and told by whatever is known of their markets today.
    const to = addMs(epochMs(Math.max(run.to, this.history.coverage.lastAt ?? run.to)), run.delayMs + DAY_MS);
    const options = { ...run, to, trades: false };
    const { record, isPartial } = await runBacktest(this.history, options, this.watch("following"));
    this.isPartial = isPartial;
    this.fills = record.tradedFills;
    const isWanted = this.wanted();
    return record.bets.filter(({ group, market, at }) => group === "signal" && at < run.to && isWanted(market));
  }

  watch(stage: string): { onProgress: (progress: RunProgress) => void; signal?: AbortSignal } {
    const { onProgress, signal } = this.request;
    return {
      onProgress: (progress) => onProgress?.(stage, progress),
      ...(signal === undefined ? {} : { signal }),
    };
  }

  private wanted(): (market: number) => boolean {
    const { category } = this.request;
    if (category === null) return () => true;
    const wanted = this.outcomes.categories.findIndex((each) => each.toLowerCase() === category.toLowerCase());
    return (market) => market >= 0 && this.outcomes.category[market] === wanted;
  }
}
