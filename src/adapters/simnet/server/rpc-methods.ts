import type { Chain } from "../chain/chain.ts";
import { type LogFilter, matchesFilter, quantity, type RpcLog } from "../chain/log.ts";
import { PUSD } from "../venue/wallet-calls.ts";
import { blockObject } from "./block-object.ts";
import { invalidParams, RpcError } from "./rpc-error.ts";
import { parseBlock, parseFilter, toLogFilter } from "./rpc-params.ts";

export type RpcLimits = {
  /** Blocks that one `eth_getLogs` may span. */
  readonly blockRangeMax: number;
  /** Logs that one `eth_getLogs` may answer. */
  readonly resultsMax: number;
  /** Calls in one batch. */
  readonly batchMax: number;
};

export const DEFAULT_LIMITS: RpcLimits = { blockRangeMax: 10_000, resultsMax: 10_000, batchMax: 1_000 };

/** @throws RpcError */
export type RpcMethod = (params: readonly unknown[]) => unknown;

/** The methods that need no connection. */
export function createRpcMethods(chain: Chain, limits: RpcLimits): ReadonlyMap<string, RpcMethod> {
  function rangeOf(params: ReturnType<typeof parseFilter>): readonly [number, number] {
    if (params.blockHash) {
      if (params.fromBlock || params.toBlock)
        throw invalidParams("cannot specify both BlockHash and FromBlock/ToBlock");
      const number = chain.numberOfHash(params.blockHash.toLowerCase());
      if (number === null) throw new RpcError(-32000, "unknown block");
      return [number, number];
    }
    const from = parseBlock(params.fromBlock, chain, "latest");
    const to = Math.min(parseBlock(params.toBlock, chain, "latest"), chain.head());
    if (from > to && from <= chain.head()) throw new RpcError(-32000, "invalid block range params");
    if (to - from >= limits.blockRangeMax) {
      throw new RpcError(-32614, `eth_getLogs is limited to a ${limits.blockRangeMax} blocks range`);
    }
    return [from, to];
  }

  return new Map<string, RpcMethod>([
    ["web3_clientVersion", () => "orderflow-simnet/v1 (simulated)"],
    ["net_version", () => "137"],
    ["eth_chainId", () => "0x89"],
    ["eth_syncing", () => false],
    ["eth_blockNumber", () => quantity(chain.head())],
    [
      "eth_getBlockByNumber",
      ([block, isFull]) => blockObject(chain, parseBlock(block, chain, "latest"), isFull === true),
    ],
    [
      "eth_getBlockByHash",
      ([hash, isFull]) => {
        const number = chain.numberOfHash(String(hash).toLowerCase());
        return number === null ? null : blockObject(chain, number, isFull === true);
      },
    ],
    [
      "eth_getBlockReceipts",
      ([block]) => {
        const number = parseBlock(block, chain, "latest");
        return number < chain.firstBlock || number > chain.head() ? null : receiptsOf(chain, number);
      },
    ],
    [
      "eth_getLogs",
      ([value]) => {
        const params = parseFilter(value);
        const [from, to] = rangeOf(params);
        return collectLogs(chain, from, to, toLogFilter(params), limits.resultsMax);
      },
    ],
  ]);
}

/** One a transaction; of a receipt's fields those that logs are read by, and all logs of the block: the collateral's too. */
function receiptsOf(chain: Chain, number: number): readonly object[] {
  const logs = Map.groupBy(chain.logsOf(number), ({ transactionHash }) => transactionHash);
  let next = 0;
  const withThoseBefore = (log: RpcLog): readonly RpcLog[] => {
    const first = next;
    next = Number(log.logIndex) + 1;
    return [...Array.from({ length: next - 1 - first }, (_, place) => collateralLog(log, first + place)), log];
  };
  return chain.transactionHashes(number).map((hash, index) => ({
    ...{ transactionHash: hash, transactionIndex: quantity(index), blockNumber: quantity(number), status: "0x1" },
    logs: (logs.get(hash) ?? []).flatMap(withThoseBefore),
  }));
}

const WORD = `0x${"0".repeat(64)}`;
/** `Transfer(address,address,uint256)`. */
const TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

/** What stands in a place that is empty in `logsOf`. */
const collateralLog = (beside: RpcLog, place: number): RpcLog => ({
  ...beside,
  ...{ address: PUSD, topics: [TRANSFER, WORD, WORD], data: WORD, logIndex: quantity(place) },
});

function collectLogs(chain: Chain, from: number, to: number, filter: LogFilter, resultsMax: number): readonly RpcLog[] {
  const found: RpcLog[] = [];
  let reached = from;
  for (const number of chain.nonEmpty(from, to)) {
    for (const log of chain.logsOf(number)) if (matchesFilter(log, filter)) found.push(log);
    if (found.length > resultsMax) {
      const range = { from: quantity(from), to: quantity(Math.max(from, reached)), limit: resultsMax };
      const hint = `Try with this block range [${range.from}, ${range.to}].`;
      throw new RpcError(-32005, `query returned more than ${resultsMax} results. ${hint}`, range);
    }
    reached = number;
  }
  return found;
}
