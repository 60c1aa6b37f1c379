/** The past as a training set: a backtest that buys nothing, with every candidate's features as they were known then. */
import { type CandidateSource, Candidates } from "../../core/backtest/candidates.ts";
import type { FillBatch, HistoryFacts } from "../../core/backtest/history.ts";
import { describeMarket } from "../../core/backtest/observe.ts";
import type { RunOptions } from "../../core/backtest/run.ts";
import type { Scoreboard } from "../../core/backtest/scoreboard.ts";
import type { ModelContext } from "../../core/model/context.ts";
import type { Example } from "../../core/model/example.ts";
import { candidatePrice, featuresOf } from "../../core/model/features.ts";
import { shares, type UsdMicros, usd } from "../../core/money/amounts.ts";
import { addMs, type EpochMs, epochMs } from "../../core/time/time.ts";
import type { History } from "../../ports/backtest.ts";
import { type RunProgress, runBacktest } from "../backtest/run-backtest.ts";

export type ExampleSet = {
  /** By time. */
  readonly examples: readonly Example[];
  /** Candidates whose market had not been resolved by the end. */
  readonly unresolved: number;
  readonly isPartial: boolean;
};

/** Half of the examples are dropped, evenly over time, whenever there are so many: about a gigabyte. */
const EXAMPLES_MAX = 1_000_000;

/** @param options the span and the rules of a backtest; signals, capital and sizes play no part */
export async function collectExamples(
  history: History,
  options: RunOptions,
  minTradeUsd: UsdMicros,
  { onProgress, signal }: { readonly onProgress?: (progress: RunProgress) => void; readonly signal?: AbortSignal } = {},
): Promise<ExampleSet> {
  const { engine } = options;
  const quiet = { ...engine, signals: { ...engine.signals, followWhales: false, fadeDegens: false } };
  let collector: Collector | null = null;
  const { isPartial } = await runBacktest(
    history,
    { ...options, engine: quiet, trades: false },
    {
      hooks: {
        candidates: (facts, board) => {
          collector = new Collector(facts, board, minTradeUsd, engine.signals.episodeGapMs);
          return collector;
        },
      },
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(signal === undefined ? {} : { signal }),
    },
  );
  const { rows } = collector as unknown as Collector;
  const examples = labelled(rows, history.facts, options);
  return { examples, unresolved: rows.length - examples.length, isPartial };
}

type Row = Omit<Example, "knownAt" | "payout" | "cluster"> & { readonly market: number; readonly outcome: 0 | 1 };

/** Notes candidates and tells the engine of none. */
class Collector implements CandidateSource {
  rows: Row[] = [];
  private readonly facts: HistoryFacts;
  private readonly board: Scoreboard;
  private readonly inner: Candidates;
  private readonly gapMs: number;
  /** When an episode was noted, by wallet and token. */
  private readonly episodes = new Map<string, number>();
  private seen = 0;
  private stride = 1;

  constructor(facts: HistoryFacts, board: Scoreboard, minTradeUsd: UsdMicros, gapMs: number) {
    this.facts = facts;
    this.board = board;
    this.inner = new Candidates(facts, board, { minTradeUsd });
    this.gapMs = gapMs;
  }

  remember(batch: FillBatch, row: number, market: number): void {
    this.inner.remember(batch, row, market);
  }

  look(batch: FillBatch, row: number, market: number): null {
    const context = this.inner.look(batch, row, market);
    if (context !== null && this.opensEpisode(batch, row)) this.note(batch, row, market, context);
    return null;
  }

  resolve(market: number): void {
    this.inner.resolve(market);
  }

  private opensEpisode(batch: FillBatch, row: number): boolean {
    const at = batch.occurredAt[row] as number;
    const key = `${batch.wallet[row]}:${batch.token[row]}`;
    const before = this.episodes.get(key);
    this.episodes.set(key, at);
    if (this.episodes.size > EXAMPLES_MAX) this.forgetEpisodes(at);
    return before === undefined || at - before > this.gapMs;
  }

  private forgetEpisodes(now: number): void {
    for (const [key, at] of this.episodes) if (now - at > this.gapMs) this.episodes.delete(key);
  }

  private note(batch: FillBatch, row: number, market: number, context: ModelContext): void {
    this.seen += 1;
    if (this.seen % this.stride !== 0) return;
    const outcome = this.facts.tokenOutcome[batch.token[row] as number] as 0 | 1;
    const at = epochMs(batch.occurredAt[row] as number);
    const fill = {
      size: shares(BigInt(batch.size[row] as number)),
      cash: usd(BigInt(batch.cash[row] as number)),
      occurredAt: at,
    };
    const wallet = this.board.facts(batch.wallet[row] as number);
    const features = featuresOf({ fill, wallet, market: describeMarket(this.facts, market, outcome), context });
    this.rows.push({ at, price: candidatePrice(fill), features, market, outcome });
    if (this.rows.length < EXAMPLES_MAX) return;
    this.rows = this.rows.filter((_, index) => index % 2 === 1);
    this.stride *= 2;
  }
}

function labelled(rows: readonly Row[], facts: HistoryFacts, { delayMs, to }: RunOptions): readonly Example[] {
  const endings = new Map<number, { readonly knownAt: EpochMs; readonly paid: readonly [number, number] }>();
  for (const { marketKey, at, payoutNumerators: of } of facts.resolutions) {
    const knownAt = addMs(at, delayMs);
    const total = Number(of[0] + of[1]);
    // As the ledger has it: the first resolution is the one that counts.
    if (knownAt > to || total === 0 || endings.has(marketKey)) continue;
    endings.set(marketKey, { knownAt, paid: [Number(of[0]) / total, Number(of[1]) / total] });
  }
  return rows.flatMap(({ market, outcome, ...row }) => {
    const ending = endings.get(market);
    if (ending === undefined) return [];
    const cluster = facts.markets[market]?.eventId ?? String(market);
    return [{ ...row, cluster, knownAt: ending.knownAt, payout: ending.paid[outcome] }];
  });
}
