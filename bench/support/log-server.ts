/**
 * A JSON-RPC node over made-up V2 logs, as its own process so that it does not share the heap or the event loop of what
 * is measured. Every block's answer is prepared as text before it listens: the node must not be what is measured.
 * Run: node bench/support/log-server.ts --blocks 5000 --fills 100 ; prints its port on a line of its own.
 */
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { z } from "zod";
import { blockHash, blockTimestamp, createBlockMaker, FIRST_BLOCK } from "./v2-logs.ts";

const { values } = parseArgs({
  options: {
    blocks: { type: "string", default: "5000" },
    fills: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
  },
});
const blocks = Number(values.blocks);
const fillsPerBlock = Number(values.fills);
const lastBlock = FIRST_BLOCK + blocks - 1;
/** Empty blocks on top, so that everything with logs is final by anybody's rule. */
const headBlock = lastBlock + 1_000;

const makeBlock = createBlockMaker(Number(values.seed));
const answers: string[] = [];
const transactionHashes: string[][] = [];
for (let number = FIRST_BLOCK; number <= lastBlock; number += 1) {
  const logs = makeBlock(number, fillsPerBlock);
  answers.push(logs.map((log) => JSON.stringify(log)).join(","));
  transactionHashes.push([...new Set(logs.map((log) => log.transactionHash))]);
}

const hex = (value: number): string => `0x${value.toString(16)}`;
const EMPTY_32 = `0x${"0".repeat(64)}`;
const FULL_BLOOM = `0x${"f".repeat(512)}`;

const ADDRESS = `0x${"5a".repeat(20)}`;

const transaction = (hash: string, index: number, number: number): Record<string, unknown> => ({
  hash,
  blockHash: blockHash(number),
  blockNumber: hex(number),
  transactionIndex: hex(index),
  from: ADDRESS,
  to: ADDRESS,
  input: "0x",
  nonce: "0x0",
  value: "0x0",
  gas: "0x5208",
  gasPrice: "0x1",
  maxFeePerGas: "0x1",
  maxPriorityFeePerGas: "0x1",
  type: "0x2",
  accessList: [],
  chainId: "0x89",
  v: "0x0",
  r: EMPTY_32,
  s: EMPTY_32,
});

function header(number: number, withTransactions: boolean): Record<string, unknown> | null {
  if (number > headBlock || number < 0) return null;
  const hashes = transactionHashes[number - FIRST_BLOCK] ?? [];
  return {
    number: hex(number),
    hash: blockHash(number),
    parentHash: blockHash(number - 1),
    timestamp: hex(blockTimestamp(number)),
    logsBloom: FULL_BLOOM,
    nonce: "0x0000000000000000",
    sha3Uncles: EMPTY_32,
    transactionsRoot: EMPTY_32,
    stateRoot: EMPTY_32,
    receiptsRoot: EMPTY_32,
    mixHash: EMPTY_32,
    miner: "0x0000000000000000000000000000000000000000",
    difficulty: "0x0",
    totalDifficulty: "0x0",
    extraData: "0x",
    size: "0x1",
    gasLimit: "0x1c9c380",
    gasUsed: "0x1",
    baseFeePerGas: "0x1",
    transactions: withTransactions ? hashes.map((hash, index) => transaction(hash, index, number)) : hashes,
    uncles: [],
  };
}

const numberOf = (tag: unknown): number =>
  tag === "latest" || tag === "finalized" || tag === "safe" ? headBlock : tag === "earliest" ? 0 : Number(tag);

const call = z.object({
  id: z.union([z.number(), z.string(), z.null()]).optional(),
  method: z.string(),
  params: z.array(z.unknown()).default([]),
});
const logsParams = z.object({ fromBlock: z.string(), toBlock: z.string(), topics: z.array(z.unknown()).optional() });

let firstLogsAt: number | null = null;

/** @returns the `result` as JSON text. */
function resultOf(method: string, params: readonly unknown[]): string {
  switch (method) {
    case "eth_chainId":
      return '"0x89"';
    case "net_version":
      return '"137"';
    case "eth_blockNumber":
      return `"${hex(headBlock)}"`;
    case "eth_getBlockByNumber":
      return JSON.stringify(header(numberOf(params[0]), params[1] === true));
    case "eth_getLogs": {
      firstLogsAt ??= Date.now();
      const asked = logsParams.parse(params[0]);
      const from = Math.max(numberOf(asked.fromBlock), FIRST_BLOCK);
      const to = Math.min(numberOf(asked.toBlock), lastBlock);
      return from > to ? "[]" : `[${answers.slice(from - FIRST_BLOCK, to - FIRST_BLOCK + 1).join(",")}]`;
    }
    case "bench_firstLogsAt":
      return JSON.stringify(firstLogsAt);
    default:
      throw new Error(`no method ${method}`);
  }
}

function reply(value: unknown): string {
  const { id = null, method, params } = call.parse(value);
  try {
    return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${resultOf(method, params)}}`;
  } catch (error) {
    return JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: String(error) } });
  }
}

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    const asked: unknown = JSON.parse(Buffer.concat(parts).toString("utf8"));
    const body = Array.isArray(asked) ? `[${asked.map(reply).join(",")}]` : reply(asked);
    response.writeHead(200, { "content-type": "application/json" }).end(body);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  console.log(`port ${address.port}`);
});
