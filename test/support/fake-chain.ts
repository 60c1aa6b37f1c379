import { createHash } from "node:crypto";
import type { BlockRef, RawLog } from "../../src/core/chain/fill.ts";
import { parseBlockHash } from "../../src/core/ids/ids.ts";

/** A log without its place; the chain gives it one. */
export type PlacedLog = Omit<RawLog, "blockNumber" | "blockHash">;

export type FakeChain = {
  head(): number;
  finalized(): number;
  /** Null beyond the head. */
  block(number: number): BlockRef | null;
  logsOf(number: number): readonly RawLog[];
  logs(fromBlock: number, toBlock: number): readonly RawLog[];
  /** Puts logs into a block that exists or will; the head moves there if it is behind. */
  put(number: number, logs: readonly PlacedLog[]): void;
  /** Moves the head forward over empty blocks. */
  mineTo(number: number): void;
  /** Replaces the last `depth` blocks by as many others, empty until something is put into them. */
  reorg(depth: number): void;
  finalizeTo(number: number): void;
};

export type FakeChainOptions = {
  readonly head: number;
  readonly finalized?: number;
  /** Unix seconds of block 0; two seconds a block. */
  readonly genesis?: number;
  /** Hashes that are given, for recorded logs. */
  readonly hashes?: ReadonlyMap<number, string>;
};

/** A chain that a test writes, block by block. Headers are made when asked for, so that its length costs nothing. */
export function createFakeChain(options: FakeChainOptions): FakeChain {
  const { genesis = 1_700_000_000, hashes = new Map() } = options;
  const logs = new Map<number, readonly PlacedLog[]>();
  const forks: { from: number; salt: number }[] = [];
  let head = options.head;
  let finalized = options.finalized ?? -1;

  const hashOf = (number: number): string => {
    const recorded = hashes.get(number);
    if (recorded !== undefined) return recorded;
    const salt = forks.findLast((fork) => number >= fork.from)?.salt ?? 0;
    return `0x${createHash("sha256").update(`${salt}:${number}`).digest("hex")}`;
  };
  const block = (number: number): BlockRef | null =>
    number > head || number < 0
      ? null
      : {
          number,
          hash: parseBlockHash(hashOf(number)),
          parentHash: parseBlockHash(hashOf(number - 1)),
          timestamp: genesis + 2 * number,
        };
  const logsOf = (number: number): readonly RawLog[] =>
    number > head
      ? []
      : (logs.get(number) ?? []).map((log) => ({
          ...log,
          blockNumber: number,
          blockHash: parseBlockHash(hashOf(number)),
        }));

  return {
    head: () => head,
    finalized: () => finalized,
    block,
    logsOf,
    logs: (fromBlock, toBlock) =>
      [...logs.keys()]
        .filter((number) => number >= fromBlock && number <= toBlock)
        .sort((a, b) => a - b)
        .flatMap(logsOf),
    put(number, placed) {
      logs.set(number, [...(logs.get(number) ?? []), ...placed]);
      head = Math.max(head, number);
    },
    mineTo(number) {
      head = Math.max(head, number);
    },
    reorg(depth) {
      const from = head - depth + 1;
      forks.push({ from, salt: forks.length + 1 });
      for (const number of logs.keys()) if (number >= from) logs.delete(number);
    },
    finalizeTo(number) {
      finalized = number;
    },
  };
}
