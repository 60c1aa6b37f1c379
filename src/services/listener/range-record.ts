import { assert } from "../../core/assert.ts";
import type { DecodedLogs } from "../../core/chain/decode-logs.ts";
import { marketTokens } from "../../core/chain/token-ids.ts";
import { addMs, type EpochMs, epochMs, fromUnixSeconds } from "../../core/time/time.ts";
import type { BlockRangeRecord } from "../../ports/chain-store.ts";
import type { RangeAnswer } from "../../ports/log-source.ts";
import type { ListenerConfig } from "./listener-config.ts";

export type ReadRange = {
  readonly fromBlock: number;
  readonly toBlock: number;
  readonly answer: RangeAnswer;
  readonly decoded: DecodedLogs;
  readonly receivedAt: EpochMs;
};

/** What is committed of a range that was read. `rememberFrom`: hashes of blocks from here up are kept, and of the last. */
export function rangeRecord(
  read: ReadRange,
  rememberFrom: number,
  committedAt: EpochMs,
  config: Pick<ListenerConfig, "liveWindowMs" | "knownDelayMs">,
): BlockRangeRecord {
  const { fromBlock, toBlock, answer, decoded, receivedAt } = read;
  const occurredAt = (blockNumber: number): EpochMs => {
    const timestamp = answer.timestamps.get(blockNumber);
    assert(timestamp !== undefined, "the time of every block with a log is known", { blockNumber });
    return fromUnixSeconds(timestamp);
  };
  const knownAt = (at: EpochMs): EpochMs => knownTime(at, receivedAt, config);
  return {
    fromBlock,
    toBlock,
    committedAt,
    blocks: answer.blocks.filter(({ number }) => number >= rememberFrom || number === toBlock),
    fills: decoded.fills.map((fill) => {
      const at = occurredAt(fill.blockNumber);
      return { fill, occurredAt: at, knownAt: knownAt(at) };
    }),
    markets: decoded.prepared.map(({ marketId, oracle, blockNumber }) => ({
      ...marketTokens(marketId, oracle),
      preparedBlock: blockNumber,
    })),
    resolutions: decoded.resolved.map(({ marketId, payoutNumerators, blockNumber, logIndex }) => {
      const resolvedAt = occurredAt(blockNumber);
      return { marketId, payoutNumerators, blockNumber, logIndex, resolvedAt, knownAt: knownAt(resolvedAt) };
    }),
    quarantined: decoded.quarantined,
    ...originOf(answer),
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
  { liveWindowMs, knownDelayMs }: Pick<ListenerConfig, "liveWindowMs" | "knownDelayMs">,
): EpochMs {
  const isLive = receivedAt - occurredAt <= liveWindowMs;
  return isLive ? epochMs(Math.max(receivedAt, occurredAt)) : addMs(occurredAt, knownDelayMs);
}
