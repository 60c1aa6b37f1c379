import { afterAll, describe, expect, test } from "vitest";
import { createLogParser } from "../../src/adapters/polygon/rpc-schemas.ts";
import type { Transport } from "../../src/adapters/polygon/transport.ts";
import type { Engine } from "../../src/adapters/postgres/engine.ts";
import { DEFAULT_LIMITS } from "../../src/adapters/simnet/server/rpc-methods.ts";
import type { BlockRef } from "../../src/core/chain/fill.ts";
import type { ChainStore } from "../../src/ports/chain-store.ts";
import type { LogSource, RangeRequest } from "../../src/ports/log-source.ts";
import type { Plan } from "./plan.ts";
import { runSeed } from "./run-seed.ts";
import { openSims } from "./sim-database.ts";
import type { Sabotage } from "./sim-process.ts";

/** Of seeds, so many at most until a defect must have shown. */
const WITHIN = 30;
const CATCH_MS_MAX = 120_000;
/** The first seed that shows it, where that is a late one; when it no longer does, all are looked through. */
const SHOWN_BY: Readonly<Record<string, number>> = {
  "trusts what it is sent": 20,
  "is not told of blocks beside what it reads": 3,
};

/** What does not keep a range and its coverage in one transaction leaves a half of it behind when it is killed. */
function withoutTransactions(engine: Engine): Engine {
  const { source } = engine;
  return {
    ...engine,
    source: {
      ...source,
      async acquire() {
        const { client, release } = await source.acquire();
        const send = client.query.bind(client) as (text: string, values?: unknown[]) => Promise<unknown>;
        const query = (text: string, values?: unknown[]): Promise<unknown> =>
          /^(begin|commit|rollback)/i.test(text)
            ? Promise.resolve({ command: "", rows: [], rowCount: 0 })
            : send(text, values);
        return { client: Object.assign(Object.create(client), { query }), release };
      },
      copy: (client, rows) => source.copy(Object.getPrototypeOf(client), rows),
    },
  };
}

/** The logs of a range as the first endpoint sends them, held against nothing; null when it sends none. */
async function unchecked(transport: Transport, { fromBlock, toBlock, filter }: RangeRequest) {
  const hex = (block: number): string => `0x${block.toString(16)}`;
  const range = {
    ...{ fromBlock: hex(fromBlock), toBlock: hex(toBlock) },
    ...{ address: filter.addresses, topics: [filter.topics] },
  };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_getLogs", params: [range] });
  try {
    const { signal } = new AbortController();
    const answer = await transport.fetch("http://node-a.sim/rpc", { method: "POST", headers: {}, body, signal });
    const parse = createLogParser();
    return (JSON.parse(await answer.text()) as { result: unknown[] }).result.map((value) => parse(value).log);
  } catch {
    return null;
  }
}

const reading = (change: (source: LogSource, transport: Transport) => LogSource["readRange"]): Sabotage => ({
  logSource: (source, transport) => ({ ...source, readRange: change(source, transport) }),
});
const storing = (change: (store: ChainStore) => Partial<ChainStore>): Sabotage => ({
  store: (store) => ({ ...store, ...change(store) }),
});

/** Answers about blocks beside a range with what the listener remembers of them, so that they never show that it is of another chain. */
function withoutNeighbours(): Sabotage {
  const remembered = new Map<number, BlockRef>();
  const remember = (blocks: readonly BlockRef[]): void => {
    for (const block of blocks) remembered.set(block.number, block);
  };
  return {
    store: (store) => ({
      ...store,
      async recentBlocks(limit) {
        const blocks = await store.recentBlocks(limit);
        remembered.clear();
        remember(blocks);
        return blocks;
      },
      async extend(record, ...rest) {
        const done = await store.extend(record, ...rest);
        remember(record.blocks);
        return done;
      },
    }),
    ...reading((source) => async ({ neighbours = [], ...request }, signal) => ({
      ...(await source.readRange(request, signal)),
      neighbours: neighbours.flatMap((number) => remembered.get(number) ?? []),
    })),
  };
}

/**
 * While the listener waits after a lost write, three blocks that it holds are replaced, and a backfill reads what follows
 * them as far as it is final: nothing that the listener reads from then on touches a block that it remembers.
 */
const GAP_CLOSED_BY_ANOTHER: Partial<Plan> = {
  ...{ firstBlock: 97_000_000, startBlock: 97_000_020, historyBlocks: 60, finalityBlocks: 4 },
  ...{ batchMax: 100, rangeBlocks: 50, rangeBlocksMax: 400, kills: [], restartsForTheEnd: false },
  endpoints: [{ name: "node-a.sim", lagsMs: [0], stuck: null, dead: null, limits: DEFAULT_LIMITS, lies: "never" }],
  rates: { db_lost_before: 0.08 },
  events: [
    { at: 16_000, kind: "mine", blocks: 3 },
    { at: 18_000, kind: "mine", blocks: 1 },
    { at: 18_200, kind: "reorg", depth: 3, transactions: "shifted" },
    { at: 18_250, kind: "mine", blocks: 12 },
    { at: 40_000, kind: "mine", blocks: 10 },
  ],
  backfill: { atMs: 18_300, concurrency: 1 },
};

/** What the listener does wrong, how, and by what it must show; where most seeds do not bring it about, what does. */
const DEFECTS: readonly (readonly [string, Sabotage, RegExp, Partial<Plan>?])[] = [
  [
    "is not told of blocks beside what it reads",
    withoutNeighbours(),
    /a hash that the chain does not have/,
    GAP_CLOSED_BY_ANOTHER,
  ],
  [
    "takes nothing back after a reorg",
    storing(() => ({ retract: async () => {} })),
    /not caught up|a hash that the chain does not have/,
  ],
  [
    "takes one block too few back",
    storing((store) => ({ retract: (good, at) => store.retract(good + 1, at) })),
    /a hash that the chain does not have/,
  ],
  [
    "calls the newest block final",
    storing((store) => ({
      extend: (record, mark) => store.extend(record, mark && { ...mark, finalizedBlock: mark.headBlock }),
      finalize: (_, head, at) => store.finalize(head, head, at),
    })),
    /not caught up|only after faults: finalized/,
  ],
  [
    "commits without transactions",
    { engine: withoutTransactions },
    /duplicate key|is not stored|which is held|^parts cover/,
  ],
  [
    "drops an effect of the blocks that it covers",
    storing((store) => ({
      extend: (record, mark) => store.extend({ ...record, effects: record.effects?.slice(1) ?? [] }, mark),
    })),
    /^missing: effect/,
  ],
  [
    "drops what it cannot decode",
    storing((store) => ({ extend: (record, mark) => store.extend({ ...record, quarantined: [] }, mark) })),
    /^missing: quarantine/,
  ],
  [
    "ignores the last block of a range",
    reading((source) => async (request, signal) => {
      const answer = await source.readRange(request, signal);
      return { ...answer, logs: answer.logs.filter(({ blockNumber }) => blockNumber < request.toBlock) };
    }),
    /the chain has a fill at .* that is not stored/,
  ],
  [
    "trusts what it is sent",
    reading((source, transport) => async (request, signal) => {
      const answer = await source.readRange(request, signal);
      const logs = (await unchecked(transport, request)) ?? answer.logs;
      const times = logs.map(({ blockNumber }) => [blockNumber, answer.blocks[0]?.timestamp ?? 0] as const);
      return { ...answer, logs, timestamps: new Map([...times, ...answer.timestamps]) };
    }),
    // Rows outside of what a range covers stop it, again at every start.
    /is not stored|only after faults: fill|missing: effect|ended with|not caught up/,
  ],
];

describe("the campaign catches a listener that", () => {
  const sims = openSims(null);
  afterAll(() => sims.close());

  const defects = DEFECTS.map(([name, sabotage, sign, changes = {}]) => [name, { sabotage, changes }, sign] as const);
  test.each(defects)("%s", { timeout: CATCH_MS_MAX }, async (defect, { sabotage, changes }, sign) => {
    const sim = await sims.of("pglite");
    for (const seed of [SHOWN_BY[defect] ?? 1, ...Array.from({ length: WITHIN }, (_, index) => index + 1)]) {
      const { problems } = await runSeed(seed, sim, { sabotage, changes });
      if (problems.length === 0) continue;
      expect(problems).toContainEqual(expect.stringMatching(sign));
      // What was brought about for it harms nobody else.
      if (Object.keys(changes).length > 0) expect((await runSeed(seed, sim, { changes })).problems).toEqual([]);
      return;
    }
    expect.fail(`not caught within ${WITHIN} seeds`);
  });
});
