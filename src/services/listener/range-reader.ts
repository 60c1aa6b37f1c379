import { decodeLogs } from "../../core/chain/decode-logs.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LogFilter, LogSource, RangeRequest } from "../../ports/log-source.ts";
import { TRADE_FILTER } from "./log-filter.ts";
import type { ReadRange } from "./range-record.ts";
import { splitLogs } from "./split-logs.ts";

export type WantedRange = Omit<RangeRequest, "filter" | "again">;

/** Reads and decodes ranges; one may be on its way while the one before is being committed. */
export type RangeReader = {
  read(range: WantedRange, signal: AbortSignal): Promise<ReadRange>;
  prefetch(range: WantedRange, signal: AbortSignal): void;
  /** Drops what is on its way: it may be of a chain that is no more. */
  forget(): void;
};

type Outcome = { readonly read: ReadRange } | { readonly error: unknown };

export function createRangeReader(logSource: LogSource, clock: Clock, filter: LogFilter = TRADE_FILTER): RangeReader {
  let pending: { readonly range: WantedRange; readonly outcome: Promise<Outcome> } | null = null;

  /** A match with legs missing is more likely a cut answer than a strange match, so it is believed the second time. */
  async function readNow(range: WantedRange, signal: AbortSignal): Promise<ReadRange> {
    const request = { ...range, filter };
    const answer = await logSource.readRange(request, signal);
    const receivedAt = clock.nowMs();
    const decoded = decodeLogs(splitLogs(answer.logs).trades);
    const first = { ...blocksOf(range), answer, decoded, receivedAt };
    if (!decoded.isIncomplete) return first;
    const second = await logSource.readRange({ ...request, ...elsewhere(answer.endpoint) }, signal);
    if (second.logs.length < answer.logs.length) return first;
    return { ...first, answer: second, decoded: decodeLogs(splitLogs(second.logs).trades) };
  }

  return {
    async read(range, signal) {
      const ready = pending;
      pending = null;
      if (ready === null || ready.range.fromBlock !== range.fromBlock || ready.range.toBlock !== range.toBlock) {
        return readNow(range, signal);
      }
      const outcome = await ready.outcome;
      if ("error" in outcome) throw outcome.error;
      return outcome.read;
    },
    prefetch(range, signal) {
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

const blocksOf = ({ fromBlock, toBlock }: WantedRange) => ({ fromBlock, toBlock });
