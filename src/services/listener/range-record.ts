import { assert } from "../../core/assert.ts";
import { marketTokens } from "../../core/chain/token-ids.ts";
import { addMs, type EpochMs, epochMs, fromUnixSeconds } from "../../core/time/time.ts";
import type { BlockRangeRecord } from "../../ports/chain-store.ts";
import type { RangeAnswer } from "../../ports/log-source.ts";
import type { DecodedRange } from "./decode-range.ts";
import type { ListenerConfig } from "./listener-config.ts";

export type ReadRange = DecodedRange & {
  readonly fromBlock: number;
  readonly toBlock: number;
  readonly answer: RangeAnswer;
  readonly receivedAt: EpochMs;
};

export type Times = { readonly occurredAt: EpochMs; readonly knownAt: EpochMs };
type TimesConfig = Pick<ListenerConfig, "liveWindowMs" | "knownDelayMs">;

/** The two times of what happened in a block of the range. */
export function timesOf({ answer, receivedAt }: ReadRange, config: TimesConfig): (blockNumber: number) => Times {
  let latest = -1;
  let times: Times = { occurredAt: receivedAt, knownAt: receivedAt };
  // What happened in one block is mostly asked for at once.
  return (blockNumber) => {
    if (blockNumber === latest) return times;
    const timestamp = answer.timestamps.get(blockNumber);
    assert(timestamp !== undefined, "the time of every block with a log is known", { blockNumber });
    const occurredAt = fromUnixSeconds(timestamp);
    latest = blockNumber;
    times = { occurredAt, knownAt: knownTime(occurredAt, receivedAt, config) };
    return times;
  };
}

/** What is committed of the trades of a range that was read. `rememberFrom`: hashes of blocks from here up are kept, and of the last. */
export function rangeRecord(
  read: ReadRange,
  rememberFrom: number,
  committedAt: EpochMs,
  config: TimesConfig,
): BlockRangeRecord {
  const { fromBlock, toBlock, answer, decoded } = read;
  const times = timesOf(read, config);
  return {
    fromBlock,
    toBlock,
    committedAt,
    blocks: answer.blocks.filter(({ number }) => number >= rememberFrom || number === toBlock),
    fills: decoded.fills.map((fill) => {
      const { occurredAt, knownAt } = times(fill.blockNumber);
      return { fill, occurredAt, knownAt };
    }),
    markets: decoded.prepared.map(({ marketId, oracle, blockNumber }) => ({
      ...marketTokens(marketId, oracle),
      preparedBlock: blockNumber,
    })),
    resolutions: decoded.resolved.map(({ marketId, payoutNumerators, blockNumber, logIndex }) => {
      const { occurredAt: resolvedAt, knownAt } = times(blockNumber);
      return { marketId, payoutNumerators, blockNumber, logIndex, resolvedAt, knownAt };
    }),
    quarantined: decoded.quarantined,
    ...originOf(answer),
    finalizedBlock: answer.finalized?.number ?? -1,
  };
}

function originOf({ endpoint, blocks }: RangeAnswer): Pick<BlockRangeRecord, "origin"> {
  const [first, last] = [blocks[0], blocks.at(-1)];
  return endpoint === undefined || first === undefined || last === undefined
    ? {}
    : { origin: { endpoint, first, last } };
}

/** Live: when it arrived. History: a stated delay after it happened. Never before it happened, whatever the clocks say. */
export function knownTime(
  occurredAt: EpochMs,
  receivedAt: EpochMs,
  { liveWindowMs, knownDelayMs }: TimesConfig,
): EpochMs {
  const isLive = receivedAt - occurredAt <= liveWindowMs;
  return isLive ? epochMs(Math.max(receivedAt, occurredAt)) : addMs(occurredAt, knownDelayMs);
}
