import { AbortedError, RangeTooLargeError, TransientError } from "../../src/core/errors.ts";
import type { ChainHint, LogSource, RangeRequest } from "../../src/ports/log-source.ts";
import type { FakeChain } from "./fake-chain.ts";

export type FakeLogSource = LogSource & {
  readonly requests: RangeRequest[];
  /** What a subscription would have said. */
  hint(hint: ChainHint): void;
  /** Throws this once, at the next question of any kind. */
  failNext(error: Error): void;
  /** More blocks than this in one range are refused. */
  limitBlocks(max: number): void;
  /** Leaves the last log of the next range out, as a provider does that cuts its answer. */
  truncateNext(): void;
  /** Runs inside the next answer to `readRange`, before it is made. */
  beforeNextRange(run: () => void | Promise<void>): void;
};

/** A log source that reads a fake chain; an answer is a consistent picture of the chain at that moment. */
export function createFakeLogSource(chain: FakeChain): FakeLogSource {
  const requests: RangeRequest[] = [];
  const failures: Error[] = [];
  let onHint: ((hint: ChainHint) => void) | null = null;
  let blocksMax = Number.POSITIVE_INFINITY;
  let truncations = 0;
  let before: (() => void | Promise<void>) | null = null;

  const begin = (signal: AbortSignal): void => {
    if (signal.aborted) throw new AbortedError();
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
  };
  const require = (number: number) => {
    const block = chain.block(number);
    if (block === null) throw new TransientError("BLOCK_NOT_YET", "the chain has not come this far");
    return block;
  };

  return {
    requests,
    hint: (hint) => onHint?.(hint),
    failNext: (error) => failures.push(error),
    limitBlocks(max) {
      blocksMax = max;
    },
    truncateNext() {
      truncations += 1;
    },
    beforeNextRange(run) {
      before = run;
    },
    async chainId(signal) {
      begin(signal);
      return 137;
    },
    async head(signal) {
      begin(signal);
      return require(chain.head());
    },
    async finalized(signal) {
      begin(signal);
      return chain.finalized() < 0 ? null : require(chain.finalized());
    },
    async blocks(numbers, signal) {
      begin(signal);
      return [...numbers]
        .sort((a, b) => a - b)
        .map((number) => chain.block(number))
        .filter((block) => block !== null);
    },
    async readRange(request, signal) {
      requests.push(request);
      const run = before;
      before = null;
      await run?.();
      begin(signal);
      const { fromBlock, toBlock, headersFrom } = request;
      if (toBlock - fromBlock + 1 > blocksMax) throw new RangeTooLargeError("RANGE_TOO_LARGE", "too many blocks");
      require(toBlock);
      const all = chain.logs(fromBlock, toBlock);
      const logs = truncations > 0 ? all.slice(0, -1) : all;
      truncations = Math.max(0, truncations - 1);
      const numbers = new Set([fromBlock, toBlock]);
      for (let number = Math.max(fromBlock, headersFrom); number <= toBlock; number += 1) numbers.add(number);
      return {
        logs,
        blocks: [...numbers].sort((a, b) => a - b).map(require),
        neighbours: (request.neighbours ?? []).map(require),
        timestamps: new Map(logs.map((log) => [log.blockNumber, require(log.blockNumber).timestamp])),
        finalized: chain.finalized() < 0 ? null : require(chain.finalized()),
      };
    },
    endpoints: () => [],
    subscribe(listener, signal) {
      onHint = listener;
      signal.addEventListener("abort", () => {
        onHint = null;
      });
    },
  };
}
