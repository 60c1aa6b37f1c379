import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { ts } from "../../src/adapters/postgres/codecs.ts";
import { assembleDatabase, type Database } from "../../src/adapters/postgres/connect.ts";
import { createExecutorStore } from "../../src/adapters/postgres/executor-store.ts";
import type { ExecutorInbox, ExecutorStore } from "../../src/ports/executor-store.ts";
import { interleavedEngine } from "../simulation/interleaved-engine.ts";
import { openSimPglite, openSimServer, type SimDatabase } from "../simulation/sim-database.ts";
import * as facts from "../support/chain-facts.ts";
import { executorDesk } from "../support/executor-desk.ts";
import { propertyRuns } from "../support/property-runs.ts";
import { $, sh } from "../support/trading.ts";

/** What others commit between two statements of the executor's. */

let sim: SimDatabase;
let store: ExecutorStore;
const desk = executorDesk(
  () => sim.database,
  () => store,
);
beforeAll(async () => {
  const server = inject("postgresUrl");
  sim = server === null ? await openSimPglite() : await openSimServer(server);
});
afterAll(() => sim.close());
beforeEach(async () => {
  store = await desk.open();
});

/** The executor's own way to the database. */
const seenBetween = (between: () => Promise<void>): Database =>
  assembleDatabase(interleavedEngine(sim.engine, between));

test.each([0, 1, 2, 3, 4, 5])(
  "a start loads one moment, whatever the executor before it still stores before statement %i",
  async (nth) => {
    const batch = await desk.tradeOnce();
    await store.save({ ...batch, steps: batch.steps.slice(0, 1), changes: [], notices: [], seq: 1 });
    const steps = batch.steps.slice(1).map((each) => ({ ...each, stateHash: null }));
    const cursor = batch.cursor + 5n;
    let asked = 0;
    const late = seenBetween(async () => {
      if (asked++ === nth) await store.append({ ...batch, cursor, steps, snapshot: false });
    });
    const loaded = await createExecutorStore(late, "PAPER").load();
    const isAfter = loaded.cursor === cursor;
    const { changes, notices } = batch;
    expect(loaded).toMatchObject(
      isAfter ? { steps, waiting: { changes, notices }, money: { seq: 4 } } : { steps: [], waiting: null, money: null },
    );
  },
);

describe("what is read", () => {
  type Op =
    | { readonly kind: "mine"; readonly fills: readonly (readonly [wallet: number, side: "BUY" | "SELL"])[] }
    | { readonly kind: "retract"; readonly blocks: number }
    | { readonly kind: "finalize" }
    | { readonly kind: "resolve" }
    | { readonly kind: "command" };

  const fill = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom("BUY" as const, "SELL" as const));
  const op: fc.Arbitrary<Op> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant("mine" as const), fills: fc.array(fill, { maxLength: 4 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant("retract" as const), blocks: fc.integer({ min: 1, max: 3 }) }),
    },
    ...(["finalize", "resolve", "command"] as const).map((kind) => fc.record({ kind: fc.constant(kind) })),
  );
  /** With each how many statements of the executor's come before it. */
  const plan = fc.array(fc.record({ op, after: fc.integer({ min: 0, max: 2 }) }), { minLength: 4, maxLength: 14 });

  /** A block that was read, and taken back, comes again with a sale after the executor has been told of both. */
  const minedAgain: typeof plan extends fc.Arbitrary<infer Steps> ? Steps : never = [
    { op: { kind: "mine", fills: [] }, after: 0 },
    { op: { kind: "retract", blocks: 1 }, after: 0 },
    { op: { kind: "mine", fills: [[1, "SELL"]] }, after: 1 },
  ];

  type Told = readonly [place: string, held: bigint | null];
  type Block = {
    readonly number: number;
    readonly fills: readonly ReturnType<typeof facts.aFill>[];
    resolves: boolean;
  };

  /** The chain as the listener holds it, and what an executor should know of it. */
  function createWorld(first: number) {
    let blocks: Block[] = [];
    let [fork, finalized, commands, held] = [0, first, 0, 400_000_000n];
    const top = () => blocks.at(-1)?.number ?? finalized;
    const sizeOf = (side: "BUY" | "SELL"): bigint => (side === "BUY" ? 10_000_000n : -10_000_000n);
    const mine = async (fills: Extract<Op, { kind: "mine" }>["fills"], resolves = false) => {
      const number = top() + 1;
      fork += 1;
      const made = fills.map(([wallet, side], log) =>
        facts.aFill({
          ...{ wallet: facts.walletNo(wallet), side, blockNumber: number, logIndex: log, tokenId: facts.tokenNo(0) },
          ...{ size: sh("10"), cash: $("4"), orderHash: facts.blockHash(log, fork) as never },
        }),
      );
      const resolutions = resolves ? [facts.resolved(0, [1n, 0n], number)] : [];
      blocks.push({ number, fills: made, resolves });
      const record = { fills: made, resolutions, blocks: [facts.aBlock(number, fork)], finalizedBlock: finalized };
      await desk.chain().extend(facts.aRecord(number, number, record));
    };
    /** Whales' buys, sells of whom we follow, with what he held, and sells of the badly scored. */
    const expected = (): readonly Told[] => {
      let before = held;
      return blocks.flatMap(({ fills }) =>
        fills.flatMap(({ fill: { wallet, side, blockNumber, logIndex } }): Told[] => {
          const [isWhale, isBad] = [wallet === facts.walletNo(1), wallet === facts.walletNo(2)];
          const heldBefore = isWhale && side === "SELL" ? before : null;
          if (isWhale) before += sizeOf(side);
          return isWhale || (isBad && side === "SELL") ? [[`${blockNumber}:${logIndex}`, heldBefore]] : [];
        }),
      );
    };
    return {
      expected,
      commands: () => commands,
      isFinallyResolved: () => blocks.some(({ number, resolves }) => resolves && number <= finalized),
      /** All that was is final and read. */
      async begin(): Promise<void> {
        finalized = top();
        await desk.chain().finalize(finalized, finalized, facts.blockTime(finalized));
        for (const { fill } of blocks.flatMap(({ fills }) => fills)) {
          if (fill.wallet === facts.walletNo(1)) held += sizeOf(fill.side);
        }
        [blocks, commands] = [[], 0];
        await desk.rows(sql`DELETE FROM flow.resolution`);
        await desk.rows(sql`DELETE FROM flow.command`);
      },
      async happen(what: Op): Promise<void> {
        switch (what.kind) {
          case "mine":
            return mine(what.fills);
          case "resolve":
            return blocks.some(({ resolves }) => resolves) ? undefined : mine([], true);
          case "retract": {
            const last = Math.max(finalized, top() - what.blocks);
            blocks = blocks.filter(({ number }) => number <= last);
            return desk.chain().retract(last, facts.blockTime(last));
          }
          case "finalize":
            finalized = Math.max(finalized, top() - 1);
            return desk.chain().finalize(finalized, top(), facts.blockTime(top()));
          case "command":
            commands += 1;
            await desk.rows(sql`INSERT INTO flow.command (kind, created_by, created_at)
              VALUES ('pause', 'test', ${ts(facts.blockTime(1))})`);
        }
      },
    };
  }

  /** What it comes to for who takes back from the retracted block up, and then takes in what is told. */
  function createReader() {
    const known = new Map<string, Told>();
    const twice: string[] = [];
    const controls = new Set<string>();
    return {
      known: () => [...known.values()].toSorted(([a], [b]) => order(a) - order(b)),
      twice,
      controls,
      take({ retractedFrom, fills, controls: told }: ExecutorInbox): void {
        if (retractedFrom !== null) {
          for (const place of known.keys()) if (Number.parseInt(place, 10) >= retractedFrom) known.delete(place);
        }
        for (const { fill } of fills) {
          const place = `${fill.blockNumber}:${fill.logIndex}`;
          if (known.has(place)) twice.push(place);
          known.set(place, [place, fill.heldBefore]);
        }
        for (const { id } of told) controls.add(id);
      },
    };
  }
  const order = (place: string): number => {
    const [block = 0, log = 0] = place.split(":").map(Number);
    return block * 100 + log;
  };

  test("comes to the same as if all had been read at its end, wherever commits fall between the statements", async () => {
    await store.save(await desk.tradeOnce());
    const world = createWorld(2);
    let { cursor } = await store.load();
    await fc.assert(
      fc.asyncProperty(plan, async (steps) => {
        await world.begin();
        ({ cursor } = await store.read(await desk.query({ cursor })));
        const reader = createReader();
        const waiting = [...steps];
        let asked = 0;
        const between = async () => {
          for (; waiting[0] !== undefined && asked >= waiting[0].after; asked = 0) {
            await world.happen((waiting.shift() as (typeof steps)[number]).op);
          }
          asked += 1;
        };
        const late = createExecutorStore(seenBetween(between), "PAPER");
        for (let rounds = 2; rounds > 0; rounds -= waiting.length === 0 ? 1 : 0) {
          const inbox = await late.read(await desk.query({ cursor }));
          ({ cursor } = inbox);
          reader.take(inbox);
          if (inbox.resolutions.length > 0) expect(world.isFinallyResolved()).toBe(true);
          if (rounds === 1) expect(inbox.resolutions.length > 0).toBe(world.isFinallyResolved());
        }
        expect(reader.known()).toEqual(world.expected());
        expect(reader.twice).toEqual([]);
        expect(reader.controls.size).toBe(world.commands());
      }),
      { numRuns: propertyRuns(10), examples: [[minedAgain]] },
    );
  });
});
