import { blockHash, blockTimestamp } from "./v2-logs.ts";

const hex = (value: number): string => `0x${value.toString(16)}`;
const EMPTY_32 = `0x${"0".repeat(64)}`;
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

/** A block as `eth_getBlockByNumber` sends it. The bloom says "maybe" to everything where there are transactions. */
export const headerOf = (
  number: number,
  transactions: readonly string[],
  withTransactions: boolean,
): Record<string, unknown> => ({
  number: hex(number),
  hash: blockHash(number),
  parentHash: blockHash(number - 1),
  timestamp: hex(blockTimestamp(number)),
  logsBloom: `0x${(transactions.length > 0 ? "f" : "0").repeat(512)}`,
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
  transactions: withTransactions ? transactions.map((hash, index) => transaction(hash, index, number)) : transactions,
  uncles: [],
});
