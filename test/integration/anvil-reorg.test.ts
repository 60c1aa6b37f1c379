import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createPrng } from "../../src/adapters/simnet/random/prng.ts";
import { NEG_RISK_ADAPTER } from "../../src/core/chain/contracts.ts";
import { ProviderInconsistencyError } from "../../src/core/errors.ts";
import { type Anvil, anvilBinary, type Call, FINAL_AFTER, startAnvil } from "../support/anvil.ts";
import { type AnvilListener, startAnvilListener } from "../support/anvil-listener.ts";
import { deployPolymarket, type NodeMarket, type NodePolymarket } from "../support/anvil-polymarket.ts";
import { expectTablesEqualChain, readStoredTrades } from "../support/anvil-tables.ts";
import { createTrading, type Trading } from "../support/anvil-trading.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { eventually } from "../support/eventually.ts";

// Goal: whatever blocks a real node replaces, the tables end up equal to the chain that it then has. Method: anvil takes
// its last blocks back and makes others, with other transactions, or the same in other places; the tables are compared
// with the node's own logs after each. Anvil never sends `removed: true`: only heads and hashes tell of a reorg.
describe.skipIf(anvilBinary === null)("reorgs of a real node (needs anvil)", () => {
  describeOnEachEngine("the listener on anvil", (getDb) => {
    let node: Anvil;
    let polymarket: NodePolymarket;
    let markets: readonly [NodeMarket, NodeMarket];
    let listener: AnvilListener;
    let trading: Trading;
    /** What the last blocks held, oldest first. */
    let mined: (readonly Call[])[] = [];

    const listen = () => startAnvilListener(getDb(), { httpPort: node.port, wsPort: node.port });

    beforeAll(async () => {
      node = await startAnvil();
      polymarket = await deployPolymarket(node);
      markets = [await polymarket.market("standard"), await polymarket.market("neg-risk", NEG_RISK_ADAPTER)];
      trading = createTrading(polymarket, markets, "reorg");
      await node.mine(markets.map((market) => polymarket.prepare(market)));
      const plenty = 1_000_000_000n;
      await node.mine(
        polymarket.wallets.flatMap((wallet) => markets.map((each) => polymarket.split(wallet, each, plenty))),
      );
      // Long enough that the deepest reorg which may be, down to the final block, has blocks to replace.
      await mine(trading.blocks(FINAL_AFTER + 3));
      listener = await listen();
      await listener.hears(node);
    });
    afterAll(async () => {
      await listener?.stop();
      await node?.kill();
    });
    beforeEach(async () => {
      mined = [];
      await mine([[trading.match()], ...trading.blocks(2), [trading.match(), trading.match()]]);
      await listener.settled(node);
    });

    async function mine(blocks: readonly (readonly Call[])[]): Promise<void> {
      for (const calls of blocks) await node.mine(calls);
      mined.push(...blocks);
    }
    async function settledAndEqual(): Promise<void> {
      await listener.settled(node);
      await expectTablesEqualChain(getDb(), node);
    }
    const retractions = async (): Promise<{ from_block: number; to_block: number }[]> =>
      (
        await sql<{ from_block: number; to_block: number }>`
          SELECT from_block, to_block FROM flow.ingest WHERE kind = 'retract' ORDER BY seq`.execute(getDb().kysely)
      ).rows;

    test.each([1, 5, 20, FINAL_AFTER])("%i blocks replaced by others: every row is of the new ones", async (depth) => {
      const before = await retractions();
      const { number } = await node.head();
      // An empty block in place of an empty one would be the same block.
      await node.reorg([[trading.match()], ...trading.blocks(depth - 1)]);
      await settledAndEqual();
      const after = await retractions();
      expect(after).toHaveLength(before.length + 1);
      expect(after.at(-1)).toEqual({ from_block: number - depth + 1, to_block: number });
      await mine(trading.blocks(2));
      await settledAndEqual();
    });

    test("transactions that come back in later blocks are held once, where they are now", async () => {
      await mine([[trading.match()], [trading.match()], [trading.match()], [trading.match()]]);
      await listener.settled(node);
      const placeOf = async (): Promise<Map<string, number>> =>
        new Map((await readStoredTrades(getDb())).map((trade) => [trade.tx_hash, Number(trade.at.split(":")[0])]));
      const before = await placeOf();
      await node.reorg([[], ...mined.slice(-4, -1)]);
      await settledAndEqual();
      const after = await placeOf();
      const moved = [...after].filter(([tx, block]) => before.has(tx) && before.get(tx) !== block);
      expect(moved.map(([tx, block]) => block - (before.get(tx) ?? 0))).toEqual([1, 1, 1]);
      expect([...before.keys()].filter((tx) => !after.has(tx))).toHaveLength(1);
    });

    test("a chain that comes back to the very blocks that it had left", async () => {
      const empty = [[], [], []];
      await node.reorg(empty);
      await listener.settled(node);
      const { hash } = await node.head();
      await node.reorg([[trading.match()], [], [trading.match()]]);
      await listener.settled(node);
      expect((await node.head()).hash).not.toBe(hash);
      await node.reorg(empty);
      expect((await node.head()).hash).toBe(hash);
      await settledAndEqual();
    });

    test("several in a row, some while the one before is still being read", async () => {
      const random = createPrng("several", "reorg");
      const below = (limit: number): number => Math.floor(random() * limit);
      for (let round = 0; round < 12; round += 1) {
        await node.reorg(trading.blocks(1 + below(12)));
        await mine(trading.blocks(below(3)));
        if (below(3) === 0) await settledAndEqual();
      }
      await mine([[trading.match()]]);
      await settledAndEqual();
    });

    test("a market prepared, traded and resolved in blocks that are replaced is as if it had never been", async () => {
      const market = await polymarket.market("never was");
      const onlyThere = createTrading(polymarket, [market], "never was");
      await mine([
        [polymarket.prepare(market)],
        polymarket.wallets.map((wallet) => polymarket.split(wallet, market, 1_000_000_000n)),
        [onlyThere.match(), onlyThere.match()],
        [polymarket.resolve(market, [1, 1])],
      ]);
      await settledAndEqual();
      const knows = async (): Promise<unknown[]> =>
        (
          await sql`SELECT resolved_block FROM orderflow_market_outcomes
            WHERE market_id = ${market.conditionId} AND resolved_at IS NOT NULL`.execute(getDb().kysely)
        ).rows;
      expect(await knows()).toHaveLength(1);
      await node.reorg([[], [], [trading.match()], []]);
      await settledAndEqual();
      expect(await knows()).toEqual([]);
      // The same market again, with the opposite result, as an oracle that was overtaken may report it.
      const { number } = await node.mine([polymarket.prepare(market), polymarket.resolve(market, [0, 1])]);
      await settledAndEqual();
      expect(await knows()).toEqual([{ resolved_block: number }]);
    });

    test("a reorg while nobody listened is found at the next start", async () => {
      await listener.stop();
      await node.reorg([[trading.match()], ...trading.blocks(8)]);
      await mine(trading.blocks(3));
      listener = await listen();
      await settledAndEqual();
      await listener.hears(node);
    });

    test("a node that lacks our newest blocks is behind: nothing is taken back, and then it has them again", async () => {
      await listener.stop();
      const [held, before, { number, hash }] = [
        await readStoredTrades(getDb()),
        await retractions(),
        await node.head(),
      ];
      await node.ask("anvil_rollback", [3]);
      expect((await node.head()).number).toBe(number - 3);
      listener = await listen();
      await listener.clock.advance(10_000);
      await mine(mined.slice(-3));
      expect((await node.head()).hash).toBe(hash);
      await listener.settled(node, 1_500);
      await expectTablesEqualChain(getDb(), node);
      expect(await readStoredTrades(getDb())).toEqual(held);
      expect(await retractions()).toEqual(before);
    });

    test("a node that replaces final blocks is not believed: nothing is taken back, and the listener ends", async () => {
      const [held, before] = [await readStoredTrades(getDb()), await retractions()];
      let reason: unknown = null;
      listener.running.catch((error: unknown) => {
        reason = error;
      });
      await node.reorg([[trading.match()], ...Array.from({ length: FINAL_AFTER + 1 }, () => [])]);
      await eventually(async () => {
        await listener.clock.advance(30_000);
        return reason === null ? "the end of the listener" : null;
      });
      expect(reason).toBeInstanceOf(ProviderInconsistencyError);
      expect(reason).toMatchObject({ code: "FINALIZED_BLOCK_REPLACED" });
      expect(await readStoredTrades(getDb())).toEqual(held);
      expect(await retractions()).toEqual(before);
    });
  });
});
