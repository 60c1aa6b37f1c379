import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  allLogs,
  aSimulatedChain,
  FIRST_BLOCK,
  GENESIS_MS,
  HOUR_MS,
  SMALL_POPULATION,
} from "../../../../test/support/simulated-chain.ts";
import { InputError } from "../../../core/errors.ts";
import type { Chain } from "./chain.ts";
import type { Header } from "./headers.ts";
import type { RpcLog } from "./log.ts";

const digest = (chain: Chain): string =>
  createHash("sha256")
    .update(JSON.stringify(allLogs(chain)))
    .digest("hex");
const small = (seed: number, hours = 2, isMined = true) =>
  aSimulatedChain({ seed, hours, isMined, population: SMALL_POPULATION });

/** What a subscriber hears, in order. */
function listen(chain: Chain) {
  const heads: Header[] = [];
  const logs: RpcLog[] = [];
  chain.listen({
    onBlock(header, fresh) {
      heads.push(header);
      logs.push(...fresh);
    },
    onOrphaned: (orphaned) => void logs.push(...orphaned),
  });
  return { heads, logs };
}

describe("the chain", () => {
  it("is the same for the same seed, however time passes, and another for another seed", () => {
    const [whole, stepped] = [small(11), small(11, 2, false)];
    for (let at = GENESIS_MS; at <= GENESIS_MS + 2 * HOUR_MS; at += 7_777) stepped.chain.advanceTo(at);
    stepped.chain.advanceTo(GENESIS_MS + 2 * HOUR_MS);
    expect(digest(stepped.chain)).toBe(digest(whole.chain));
    expect(digest(small(12).chain)).not.toBe(digest(whole.chain));
  });

  it("has a block every 1.5 s, with whole seconds and linked hashes", () => {
    const { chain } = small(1);
    expect(chain.head()).toBe(FIRST_BLOCK + (2 * HOUR_MS) / 1_500);
    expect(chain.finalized()).toBe(chain.head() - 4);
    for (let number = FIRST_BLOCK - 3; number < FIRST_BLOCK + 200; number++) {
      const [block, next] = [chain.header(number), chain.header(number + 1)];
      expect(next.parentHash).toBe(block.hash);
      expect([1, 2]).toContain(next.timestamp - block.timestamp);
    }
  });

  it("announces each block once, in order, with its logs", () => {
    const { chain } = small(2, 1);
    const heard = listen(chain);
    const before = chain.head();
    chain.advanceTo(GENESIS_MS + 1.25 * HOUR_MS);
    expect(heard.heads.map(({ number }) => number)).toEqual(
      Array.from({ length: chain.head() - before }, (_, i) => before + 1 + i),
    );
    expect(heard.logs).toEqual(chain.nonEmpty(before + 1, chain.head()).flatMap(chain.logsOf));
  });
});

describe("a reorg", () => {
  /** Advances until a replaceable block holds logs. */
  function withRecentLogs() {
    const { chain } = small(3, 1);
    let at = GENESIS_MS + HOUR_MS;
    while (chain.nonEmpty(chain.head() - 3, chain.head() - 1).length === 0) {
      at += 1_500;
      chain.advanceTo(at);
    }
    return chain;
  }

  it("replaces the last blocks by others with the same transactions", () => {
    const chain = withRecentLogs();
    const [first, last] = [chain.head() - 3, chain.head()];
    const before = {
      kept: chain.header(first - 1),
      tip: chain.header(last),
      logs: chain.nonEmpty(first, last).flatMap(chain.logsOf),
    };
    const heard = listen(chain);
    chain.reorg(4, "same");
    expect(chain.header(first - 1)).toEqual(before.kept);
    expect(chain.header(first).parentHash).toBe(before.kept.hash);
    expect(chain.header(last).hash).not.toBe(before.tip.hash);
    expect(heard.heads.map(({ number }) => number)).toEqual([first, first + 1, first + 2, last]);
    const [removed, added] = [heard.logs.filter((log) => log.removed), heard.logs.filter((log) => !log.removed)];
    expect(removed).toEqual(before.logs.map((log) => ({ ...log, removed: true })));
    expect(added.map((log) => log.data)).toEqual(before.logs.map((log) => log.data));
    expect(added.map((log) => log.transactionHash)).toEqual(before.logs.map((log) => log.transactionHash));
    expect(added[0]?.blockHash).not.toBe(removed[0]?.blockHash);
  });

  it("can move transactions to a later block", () => {
    const chain = withRecentLogs();
    const [first, last] = [chain.head() - 3, chain.head()];
    const before = chain.nonEmpty(first, last);
    chain.reorg(4, "shifted");
    expect(chain.nonEmpty(first, last)).toEqual([...new Set(before.map((number) => Math.min(last, number + 1)))]);
  });

  it("never touches what is finalized, and two in a row give three histories", () => {
    const chain = withRecentLogs();
    expect(() => chain.reorg(5, "same")).toThrow(InputError);
    const tips = [chain.header(chain.head()).hash];
    for (const depth of [1, 3]) {
      chain.reorg(depth, "same");
      tips.push(chain.header(chain.head()).hash);
    }
    expect(new Set(tips).size).toBe(3);
  });
});
