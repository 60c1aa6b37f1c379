import { inChainOrder, type RawLog, topicOf } from "../../core/chain/fill.ts";
import { firstBreak } from "../../core/chain/fork-point.ts";
import { ProviderInconsistencyError, RangeTooLargeError } from "../../core/errors.ts";
import type { RangeRequest } from "../../ports/log-source.ts";
import type { BlockReceipts } from "./block-receipts.ts";
import type { Claim } from "./doubt.ts";
import { bloomCheck } from "./logs-bloom.ts";
import type { Header, TimedLog } from "./rpc-schemas.ts";

const inconsistent = (code: string, message: string, blockNumber: number): ProviderInconsistencyError =>
  new ProviderInconsistencyError(code, message, { blockNumber });

/**
 * Puts logs in chain order and makes sure that they answer the question.
 * @throws ProviderInconsistencyError
 */
export function checkLogs(
  logs: readonly TimedLog[],
  { fromBlock, toBlock, filter }: RangeRequest,
): readonly TimedLog[] {
  const addresses = new Set<string>(filter.addresses);
  const topics = new Set(filter.topics);
  const sorted = inChainOrder(logs, ({ log }) => log);
  let before: RawLog | null = null;
  for (const { log } of sorted) {
    const { blockNumber } = log;
    if (blockNumber < fromBlock || blockNumber > toBlock)
      throw inconsistent("LOG_OUTSIDE_RANGE", "a log outside the range", blockNumber);
    if (log.address !== before?.address && !addresses.has(log.address))
      throw inconsistent("LOG_OF_OTHER_ADDRESS", "a log of an address not asked for", blockNumber);
    if (!topics.has(topicOf(log) ?? ""))
      throw inconsistent("LOG_OF_OTHER_TOPIC", "a log of a topic not asked for", blockNumber);
    if (before?.blockNumber === blockNumber) {
      if (before.logIndex === log.logIndex)
        throw inconsistent("LOG_TWICE", "a log index twice in a block", blockNumber);
      if (before.blockHash !== log.blockHash) throw inconsistent("TWO_BLOCKS", "two hashes for one block", blockNumber);
    }
    before = log;
  }
  return sorted;
}

/** Whether a provider may have cut an answer of so many logs. */
export const isRoundCount = (count: number): boolean => count > 0 && count % 1_000 === 0;

/**
 * Providers that cut an answer at a cap without saying so give themselves away by the round number.
 * @throws RangeTooLargeError
 */
export function checkNotCapped(count: number, { fromBlock, toBlock }: RangeRequest): void {
  if (isRoundCount(count) && toBlock > fromBlock) {
    throw new RangeTooLargeError("RESULT_CAP_SUSPECTED", `exactly ${count} logs: the answer may have been cut`, {
      fromBlock,
      toBlock,
    });
  }
}

/** @throws ProviderInconsistencyError when headers do not follow from each other, or a log names another block. */
export function checkHeaders(headers: readonly Header[], logs: readonly TimedLog[]): void {
  const broken = firstBreak(headers);
  if (broken !== null)
    throw inconsistent("HEADERS_BROKEN", "a block that does not follow from the one before", broken.number);
  const byNumber = new Map(headers.map((header) => [header.number, header]));
  for (const { log, timestamp } of logs) {
    const header = byNumber.get(log.blockNumber);
    if (header === undefined) continue;
    if (header.hash !== log.blockHash)
      throw inconsistent("LOG_OF_OTHER_BLOCK", "a log of a block that the header denies", log.blockNumber);
    if (timestamp !== null && timestamp !== header.timestamp) {
      throw inconsistent("OTHER_TIMESTAMP", "a log with another time than its block", log.blockNumber);
    }
  }
}

/**
 * @returns what shows that receipts are not all of a block's; null: nothing does. Some nodes have none of transactions that
 * the chain's own clients put into a block.
 * @throws ProviderInconsistencyError when they are another block's
 */
export function findMissingReceipts({ count, isGapless, blockHashes }: BlockReceipts, header: Header): Claim | null {
  const { number: blockNumber, hash, transactions } = header;
  if ([...blockHashes].some((each) => each !== hash))
    throw inconsistent("LOG_OF_OTHER_BLOCK", "a receipt of a block that the header denies", blockNumber);
  if (isGapless && (transactions ?? count) === count) return null;
  const what = `${count} receipts of ${transactions ?? "unknown"} transactions${isGapless ? "" : ", with logs left out"}`;
  return { blockNumber, what, isTelling: true };
}

/** The header of a block without such logs would hardly look like this. */
const CHANCE_MAX = 0.01;

/** @returns a block whose header announces logs of the filter, of which there is none: a node that lags answers so. */
export function findSilentBlock(
  headers: readonly Header[],
  logs: readonly TimedLog[],
  request: RangeRequest,
): Claim | null {
  const bloom = bloomCheck(request.filter);
  const heard = new Set(logs.map(({ log }) => log.blockNumber));
  const silent = headers.find(
    (header) => !heard.has(header.number) && header.logsBloom !== null && bloom.mayHold(header.logsBloom),
  );
  if (silent === undefined || silent.logsBloom === null) return null;
  const isTelling = bloom.chance(silent.logsBloom) < CHANCE_MAX;
  return { blockNumber: silent.number, what: "a block that announces logs and has none", isTelling };
}
