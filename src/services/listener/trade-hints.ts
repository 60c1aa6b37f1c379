import { TransientError } from "../../core/errors.ts";
import { addMs, DAY_MS, HOUR_MS, SECOND_MS } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { HeldHint, HintStore, TradeHint, TradeHintSource } from "../../ports/trade-hint.ts";
import { createHintMatcher } from "./hint-matcher.ts";
import type { StepResult } from "./ingestor.ts";
import type { ListenerConfig } from "./listener-config.ts";

export type TradeHintDeps = {
  readonly sources: readonly TradeHintSource[];
  readonly hintStore: HintStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: Pick<ListenerConfig, "summaryMs" | "liveWindowMs">;
};

/** Trades heard of before their logs, kept beside the facts and measured against them. */
export type TradeHints = {
  /** What the listener has just read. */
  observe(step: StepResult): void;
  /** Listens to the sources and writes down until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
};

const FLUSH_MS = SECOND_MS;
/** More than this unwritten means that the database is away: hints are not worth the memory. */
const UNWRITTEN_MAX = 50_000;
const KEPT_MS = 7 * DAY_MS;

type Tally = { hints: number; matched: number; readonly leadsMs: number[] };

export function createTradeHints({ sources, hintStore, clock, logger, config }: TradeHintDeps): TradeHints {
  const matcher = createHintMatcher();
  const tallies = new Map<string, Tally>();
  let unwritten: HeldHint[] = [];
  let summedAt = clock.nowMs();
  let prunedAt = addMs(clock.nowMs(), -HOUR_MS);

  const tallyOf = (source: string): Tally => {
    const tally = tallies.get(source) ?? { hints: 0, matched: 0, leadsMs: [] };
    tallies.set(source, tally);
    return tally;
  };

  function keep(held: HeldHint): void {
    if (unwritten.length < UNWRITTEN_MAX) unwritten.push(held);
    if (held.match === null) return;
    const tally = tallyOf(held.hint.source);
    tally.matched += 1;
    tally.leadsMs.push(held.match.logReceivedAt - held.hint.receivedAt);
  }

  function hear(hint: TradeHint): void {
    const held = matcher.addHint(hint);
    if (held === null) return;
    tallyOf(hint.source).hints += 1;
    keep(held);
  }

  async function flush(): Promise<void> {
    const writing = unwritten;
    unwritten = [];
    try {
      if (writing.length > 0) await hintStore.save(writing);
      if (clock.nowMs() - prunedAt < HOUR_MS) return;
      prunedAt = clock.nowMs();
      await hintStore.prune(addMs(prunedAt, -KEPT_MS));
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      unwritten = [...writing, ...unwritten].slice(-UNWRITTEN_MAX);
      logger.debug("trade hints not written", { error });
    }
  }

  function summarise(): void {
    if (clock.nowMs() - summedAt < config.summaryMs) return;
    summedAt = clock.nowMs();
    for (const [source, { hints, matched, leadsMs }] of tallies) {
      const sorted = leadsMs.sort((a, b) => a - b);
      const at = (share: number): number | null => sorted[Math.floor(share * (sorted.length - 1))] ?? null;
      const leads = { leadMsP10: at(0.1), leadMsP50: at(0.5), leadMsP90: at(0.9) };
      logger.info("trade hints", { source, hints, matched, ...leads, waiting: matcher.waiting() });
    }
    tallies.clear();
  }

  return {
    observe(step) {
      if (step.kind !== "extended") return;
      // History was never hinted at.
      const liveFrom = step.receivedAt - config.liveWindowMs;
      const live = step.record.fills.filter(({ occurredAt }) => occurredAt >= liveFrom).map(({ fill }) => fill);
      if (live.length > 0) matcher.addFills(live, step.receivedAt).forEach(keep);
    },
    async run(signal) {
      for (const source of sources) source.subscribe(hear, signal);
      while (!signal.aborted) {
        await clock.sleep(FLUSH_MS, signal);
        await flush();
        summarise();
      }
    },
  };
}
