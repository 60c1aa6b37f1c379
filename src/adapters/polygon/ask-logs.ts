import { PayloadError, RangeTooLargeError, RejectedError, TransientError } from "../../core/errors.ts";
import type { RangeRequest } from "../../ports/log-source.ts";
import { type BlockReceipts, createReceiptReader } from "./block-receipts.ts";
import { isRoundCount } from "./check-range.ts";
import type { Doubt } from "./doubt.ts";
import { createLogReader } from "./log-reader.ts";
import type { RpcCall } from "./rpc-client.ts";
import { isUnknownMethod } from "./rpc-errors.ts";
import type { TimedLog } from "./rpc-schemas.ts";

export const hex = (value: number): string => `0x${value.toString(16)}`;
export const blockCall = (block: string): RpcCall => ({ method: "eth_getBlockByNumber", params: [block, false] });

export const blockNotYet = (blockNumber: number): TransientError =>
  new TransientError("BLOCK_NOT_YET", "the endpoint does not have this block", { blockNumber });

/** Asks several things of one node; the answers come in the order of the calls. */
export type Ask = (calls: readonly RpcCall[]) => Promise<readonly unknown[]>;

export type LogsAndMore = {
  readonly found: readonly TimedLog[];
  /** What the logs were read from where `eth_getLogs` would not do; else null. */
  readonly receipts: BlockReceipts | null;
  /** The header of the finalized block. */
  readonly final: unknown;
  readonly more: readonly unknown[];
};

/**
 * The logs of a range and `more`, in one request. A single block has its receipts asked for instead where the node hands out
 * fewer logs than it has, and where the count is one at which an answer may have been cut without a word.
 * @throws RangeTooLargeError for more than one block
 */
export async function askLogs(
  ask: Ask,
  request: RangeRequest,
  more: readonly RpcCall[],
  doubt: Doubt,
): Promise<LogsAndMore> {
  const { fromBlock, toBlock } = request;
  const answer = await askGetLogs(ask, request, more);
  if (answer !== null && (toBlock > fromBlock || !isRoundCount(answer.found.length))) return answer;
  try {
    return await askReceipts(ask, request, more);
  } catch (error) {
    if (!isUnknownMethod(error)) throw error;
    if (answer === null) {
      const message = `block ${fromBlock} has more logs than the endpoint hands out, and it does not serve eth_getBlockReceipts: add one that does to POLYGON_RPC_URL`;
      throw new RejectedError("RECEIPTS_NOT_SERVED", message, error.context);
    }
    doubt({ blockNumber: fromBlock, what: `exactly ${answer.found.length} logs of one block`, isTelling: true });
    return answer;
  }
}

/** @returns null for a single block that has more logs than the node hands out at once */
async function askGetLogs(ask: Ask, request: RangeRequest, more: readonly RpcCall[]): Promise<LogsAndMore | null> {
  const { fromBlock, toBlock, filter } = request;
  const range = {
    fromBlock: hex(fromBlock),
    toBlock: hex(toBlock),
    address: filter.addresses,
    topics: [filter.topics],
  };
  try {
    const call: RpcCall = { method: "eth_getLogs", params: [range], reader: createLogReader };
    const [found, final, ...rest] = await ask([call, blockCall("finalized"), ...more]);
    if (found === null) throw new PayloadError("LOGS_MALFORMED", "an answer to eth_getLogs that is no list");
    return { found: found as readonly TimedLog[], receipts: null, final, more: rest };
  } catch (error) {
    if (!(error instanceof RangeTooLargeError) || toBlock > fromBlock) throw error;
    return null;
  }
}

async function askReceipts(
  ask: Ask,
  { fromBlock, filter }: RangeRequest,
  more: readonly RpcCall[],
): Promise<LogsAndMore> {
  const reader = () => createReceiptReader(filter);
  const call: RpcCall = { method: "eth_getBlockReceipts", params: [hex(fromBlock)], reader };
  const [answer, final, ...rest] = await ask([call, blockCall("finalized"), ...more]);
  if (answer === null) throw blockNotYet(fromBlock);
  const receipts = answer as BlockReceipts;
  return { found: receipts.found, receipts, final, more: rest };
}
