import type { Chain } from "../chain/chain.ts";
import { OPERATOR, V2_EXCHANGE } from "../chain/contracts.ts";
import type { Header } from "../chain/headers.ts";
import { quantity, type RpcLog } from "../chain/log.ts";
import { logsBloom } from "../chain/logs-bloom.ts";

const ZERO_HASH = `0x${"00".repeat(32)}`;
const ZERO_ADDRESS = `0x${"00".repeat(20)}`;
const NO_UNCLES = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347";
/** Root of an empty trie; the simulated chain proves nothing. */
const EMPTY_ROOT = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";

/** By block hash: a block is asked for by many, and its bloom is most of the work that it makes. */
const blooms = new WeakMap<Chain, Map<string, string>>();
const BLOOMS_KEPT = 5_000;

function bloomOf(chain: Chain, { hash }: Header, logs: readonly RpcLog[]): string {
  const kept = blooms.get(chain) ?? new Map<string, string>();
  blooms.set(chain, kept);
  const bloom = kept.get(hash) ?? logsBloom(logs);
  kept.set(hash, bloom);
  const [oldest = hash] = kept.keys();
  if (kept.size > BLOOMS_KEPT) kept.delete(oldest);
  return bloom;
}

/** A header as `newHeads` sends it. */
export const headerObject = (chain: Chain, header: Header, logs: readonly RpcLog[]) => ({
  number: quantity(header.number),
  hash: header.hash,
  parentHash: header.parentHash,
  timestamp: quantity(header.timestamp),
  nonce: "0x0000000000000000",
  sha3Uncles: NO_UNCLES,
  logsBloom: bloomOf(chain, header, logs),
  transactionsRoot: EMPTY_ROOT,
  stateRoot: ZERO_HASH,
  receiptsRoot: EMPTY_ROOT,
  miner: ZERO_ADDRESS,
  difficulty: "0x1",
  totalDifficulty: quantity(header.number),
  extraData: "0x",
  gasLimit: "0x5f5e100",
  gasUsed: quantity(80_000 * logs.length),
  baseFeePerGas: "0x5d21dba00",
  mixHash: ZERO_HASH,
});

/** A block as `eth_getBlockByNumber` answers it; null beyond the head. */
export function blockObject(chain: Chain, number: number, isFull: boolean) {
  if (number > chain.head() || number < 0) return null;
  const header = chain.header(number);
  const hashes = chain.transactionHashes(number);
  return {
    ...headerObject(chain, header, chain.logsOf(number)),
    size: quantity(600 + 400 * hashes.length),
    uncles: [],
    transactions: isFull ? hashes.map((hash, index) => transactionObject(header, hash, index)) : hashes,
  };
}

const transactionObject = (header: Header, hash: string, index: number) => ({
  hash,
  blockHash: header.hash,
  blockNumber: quantity(header.number),
  transactionIndex: quantity(index),
  from: OPERATOR,
  to: V2_EXCHANGE,
  value: "0x0",
  input: "0x",
  nonce: quantity(index),
  gas: "0xf4240",
  gasPrice: "0x6fc23ac00",
  type: "0x0",
  chainId: "0x89",
  v: "0x135",
  r: "0x1",
  s: "0x1",
});
