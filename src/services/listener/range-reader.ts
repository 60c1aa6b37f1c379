import type { RawLog } from "../../core/chain/fill.ts";
import { ProviderInconsistencyError } from "../../core/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LogSource, RangeRequest } from "../../ports/log-source.ts";
import { decodeRange, isIncomplete, type ReadingDepth } from "./decode-range.ts";
import { filterOf } from "./log-filter.ts";
import type { ReadRange } from "./range-record.ts";

export type WantedRange = Omit<RangeRequest, "filter" | "again">;

/** Reads and decodes ranges; one may be on its way while the one before is being committed. */
export type RangeReader = {
  read(range: WantedRange, signal: AbortSignal): Promise<ReadRange>;
  /** Begins to read a range, unless it has begun already; null: none. */
  prefetch(range: WantedRange | null, signal: AbortSignal): void;
  /** Drops what is on its way: it may be of a chain that is no more. */
  forget(): void;
};

type Outcome = { readonly read: ReadRange } | { readonly error: unknown };

export function createRangeReader(logSource: LogSource, clock: Clock, depth: ReadingDepth = "trades"): RangeReader {
  const filter = filterOf(depth);
  let pending: { readonly range: WantedRange; readonly outcome: Promise<Outcome> } | null = null;

  /**
   * What has logs missing is more likely a cut answer than a strange transaction, so it is believed the second time.
   * @throws ProviderInconsistencyError when the second time says something else again
   */
  async function readNow(range: WantedRange, signal: AbortSignal): Promise<ReadRange> {
    const request = { ...range, filter };
    const answer = await logSource.readRange(request, signal);
    const receivedAt = clock.nowMs();
    const first = { ...blocksOf(range), answer, receivedAt, ...decodeRange(answer.logs, depth) };
    if (!isIncomplete(first)) return first;
    const second = await logSource.readRange({ ...request, ...elsewhere(answer.endpoint) }, signal);
    const decodedAgain = decodeRange(second.logs, depth);
    const isWhole = !isIncomplete(decodedAgain) && second.logs.length >= answer.logs.length;
    if (!isWhole && !areSame(answer.logs, second.logs)) {
      const context = { ...blocksOf(range), logs: answer.logs.length, logsAgain: second.logs.length };
      throw new ProviderInconsistencyError(
        "ANSWERS_DIFFER",
        "two answers for one range, neither of them whole",
        context,
      );
    }
    return { ...first, answer: second, ...decodedAgain };
  }

  return {
    async read(range, signal) {
      const ready = pending;
      pending = null;
      if (ready === null || !areSameBlocks(ready.range, range)) return readNow(range, signal);
      const outcome = await ready.outcome;
      if ("error" in outcome) throw outcome.error;
      return outcome.read;
    },
    prefetch(range, signal) {
      if (range === null || (pending !== null && areSameBlocks(pending.range, range))) return;
      // Its failure is thrown when the range is asked for, or never.
      const outcome = readNow(range, signal).then(
        (read): Outcome => ({ read }),
        (error: unknown): Outcome => ({ error }),
      );
      pending = { range, outcome };
    },
    forget() {
      pending = null;
    },
  };
}

const elsewhere = (endpoint: string | undefined) => ({
  again: true,
  ...(endpoint === undefined ? {} : { avoid: endpoint }),
});

const areSame = (some: readonly RawLog[], others: readonly RawLog[]): boolean =>
  some.length === others.length &&
  some.every((log, index) => log.blockHash === others[index]?.blockHash && log.logIndex === others[index].logIndex);

const areSameBlocks = (a: WantedRange, b: WantedRange): boolean =>
  a.fromBlock === b.fromBlock && a.toBlock === b.toBlock;
const blocksOf = ({ fromBlock, toBlock }: WantedRange) => ({ fromBlock, toBlock });
