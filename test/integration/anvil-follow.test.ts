import { sql } from "kysely";
import { keccak256, toHex } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CONDITIONAL_TOKENS, NEG_RISK_ADAPTER } from "../../src/core/chain/contracts.ts";
import { parseAddress } from "../../src/core/ids/ids.ts";
import { type Anvil, anvilBinary, FINAL_AFTER, startAnvil, WHOLE_CHAIN } from "../support/anvil.ts";
import { type AnvilListener, startAnvilListener } from "../support/anvil-listener.ts";
import {
  deployPolymarket,
  type MatchLeg,
  type NodeMarket,
  type NodePolymarket,
  V1,
  V1_NEG_RISK,
  V2,
  V2_NEG_RISK,
} from "../support/anvil-polymarket.ts";
import { expectTablesEqualChain } from "../support/anvil-tables.ts";
import { createTrading } from "../support/anvil-trading.ts";
import { testContracts } from "../support/contracts.ts";
import { describeOnEachEngine } from "../support/engines.ts";

// Goal: a real node, the real Conditional Tokens and real events end up in the tables, through nothing but the program's
// own adapter. Method: the listener's clock stands still, so that everything it reads it reads because of a message over
// the WebSocket; the tables are compared with the node's own logs, decoded by the compiler's ABI.
const RICHES = 1_000_000_000n;
const TOPIC = {
  split: keccak256(toHex("PositionSplit(address,address,bytes32,bytes32,uint256[],uint256)")),
  merge: keccak256(toHex("PositionsMerge(address,address,bytes32,bytes32,uint256[],uint256)")),
};

describe.skipIf(anvilBinary === null)("following a real node (needs anvil)", () => {
  describeOnEachEngine("the listener on anvil", (getDb) => {
    let node: Anvil;
    let polymarket: NodePolymarket;
    let listener: AnvilListener;
    let market: NodeMarket;
    let negRisk: NodeMarket;

    beforeAll(async () => {
      node = await startAnvil();
      polymarket = await deployPolymarket(node);
      market = await polymarket.market("standard");
      negRisk = await polymarket.market("neg-risk", NEG_RISK_ADAPTER);
      listener = await startAnvilListener(getDb(), { httpPort: node.port, wsPort: node.port });
      await listener.hears(node);
    });
    afterAll(async () => {
      await listener?.stop();
      await node?.kill();
    });

    const leg = (who: number, side: 0 | 1, tokenId: bigint, size: bigint, cash: bigint, fee = 0n): MatchLeg => ({
      orderHash: keccak256(toHex(`${who} ${side} ${tokenId} ${size} ${cash} ${fee}`)),
      wallet: polymarket.wallets[who] ?? polymarket.oracle,
      ...{ side, tokenId, fee },
      makerAmount: side === 0 ? cash : size,
      takerAmount: side === 0 ? size : cash,
    });
    const logsOf = async (topic: string): Promise<number> => {
      const filter = { ...WHOLE_CHAIN, address: CONDITIONAL_TOKENS, topics: [topic] };
      return (await node.ask<unknown[]>("eth_getLogs", [filter])).length;
    };

    test("conditions become markets with the contract's token ids; one with three outcomes does not", async () => {
      const three = await polymarket.market("three outcomes");
      await node.mine([polymarket.prepare(market), polymarket.prepare(three, 3)]);
      await node.mine([polymarket.prepare(negRisk)]);
      await listener.settled(node);
      const { rows } = await sql<{ id: string; neg_risk: boolean }>`
        SELECT market_id AS id, neg_risk FROM orderflow_market_outcomes`.execute(getDb().kysely);
      const expected = [
        { id: market.conditionId, neg_risk: false },
        { id: negRisk.conditionId, neg_risk: true },
      ];
      expect(rows).toEqual(expect.arrayContaining(expected));
      expect(rows).toHaveLength(2);
      await expectTablesEqualChain(getDb(), node);
    });

    test("matches of all three kinds, whose tokens are really split and merged, arrive by hints alone", async () => {
      await node.mine(
        polymarket.wallets.flatMap((wallet) => [market, negRisk].map((each) => polymarket.split(wallet, each, RICHES))),
      );
      const [splits, merges] = [await logsOf(TOPIC.split), await logsOf(TOPIC.merge)];
      for (const exchange of [V1, V2, V1_NEG_RISK, V2_NEG_RISK]) {
        const traded = exchange === V1 || exchange === V2 ? market : negRisk;
        const [yes, no] = traded.tokenIds;
        const complementary = {
          taker: leg(0, 0, yes, 9_000_000n, 5_400_000n, 10_000n),
          makers: [leg(1, 1, yes, 9_000_000n, 5_400_000n)],
        };
        const mint = {
          taker: leg(2, 0, yes, 5_000_000n, 3_350_000n, 20_000n),
          makers: [leg(3, 0, no, 5_000_000n, 1_650_000n)],
        };
        const merge = {
          taker: leg(4, 1, no, 7_000_000n, 2_100_000n, 30_000n),
          makers: [leg(5, 1, yes, 4_000_000n, 2_800_000n), leg(6, 1, yes, 3_000_000n, 2_100_000n)],
        };
        const mixed = {
          taker: leg(7, 0, no, 5_000_000n, 1_650_000n),
          makers: [leg(0, 0, yes, 2_000_000n, 1_340_000n), leg(1, 1, no, 3_000_000n, 990_000n)],
        };
        for (const match of [complementary, mint, merge, mixed]) {
          await node.mine([polymarket.match(exchange, { market: traded, ...match })]);
          await listener.settled(node);
        }
      }
      expect([(await logsOf(TOPIC.split)) - splits, (await logsOf(TOPIC.merge)) - merges]).toEqual([8, 8]);
      const { rows } = await sql<{ n: number; takers: number }>`
        SELECT count(*)::int AS n, count(*) FILTER (WHERE NOT is_maker)::int AS takers FROM orderflow_trades`.execute(
        getDb().kysely,
      );
      expect(rows).toEqual([{ n: 4 * 10, takers: 4 * 4 }]);
      await expectTablesEqualChain(getDb(), node);
    });

    test("what the stored fills say was bought and sold is what the contract says the wallets have", async () => {
      const { rows } = await sql<{ wallet: string; token: string; net: string }>`
        SELECT wallet_address AS wallet, token_id AS token, (sum(CASE WHEN side = 'SELL' THEN -f.size_micros
          WHEN f.fee_in_shares THEN f.size_micros - f.fee_micros ELSE f.size_micros END))::text AS net
        FROM orderflow_trades t JOIN flow.fill f USING (block_number, log_index) GROUP BY 1, 2`.execute(getDb().kysely);
      expect(rows.length).toBe(18);
      for (const { wallet, token, net } of rows) {
        expect(RICHES + BigInt(net)).toBe(await polymarket.balance(parseAddress(wallet), BigInt(token)));
      }
    });

    test("the same event from any other contract is nobody's trade", async () => {
      const impostor = parseAddress(`0x${"e1".repeat(20)}`);
      await node.ask("anvil_setCode", [impostor, testContracts().ExchangeV2.code]);
      const forged = { taker: leg(0, 0, 5n, 10n, 5n), makers: [leg(1, 1, 5n, 10n, 5n)] };
      const [yes] = market.tokenIds;
      const real = { taker: leg(2, 1, yes, 11n, 5n), makers: [leg(3, 0, yes, 11n, 5n)] };
      await node.mine([polymarket.matchLogs(impostor, forged), polymarket.match(V2, { market, ...real })]);
      await listener.settled(node);
      const { rows } = await sql`SELECT 1 FROM orderflow_trades WHERE token_id = '5'`.execute(getDb().kysely);
      expect(rows).toEqual([]);
      await expectTablesEqualChain(getDb(), node);
    });

    test("a burst of random blocks on all six exchanges, mined without a pause, is there to the last row", async () => {
      const trading = createTrading(polymarket, [market, negRisk], "burst");
      for (const calls of trading.blocks(30)) await node.mine(calls);
      await listener.settled(node);
      const { rows } = await sql`SELECT DISTINCT exchange_name FROM orderflow_trades`.execute(getDb().kysely);
      expect(rows).toHaveLength(6);
      await expectTablesEqualChain(getDb(), node);
    });

    test("a block is provisional until the node calls it final, and not one block longer", async () => {
      const trading = createTrading(polymarket, [market], "final");
      const traded = await node.mine([trading.match()]);
      const isFinal = async (): Promise<boolean | undefined> => {
        const { rows } = await sql<{ is_final: boolean }>`
          SELECT DISTINCT is_final FROM orderflow_trades WHERE block_number = ${traded.number}`.execute(getDb().kysely);
        return rows[0]?.is_final;
      };
      await node.ask("anvil_mine", [toHex(FINAL_AFTER - 1)]);
      await listener.settled(node);
      expect(await isFinal()).toBe(false);
      await node.mine([]);
      await listener.settled(node);
      expect(await isFinal()).toBe(true);
      await expectTablesEqualChain(getDb(), node);
    });

    test("payouts are what the oracle reported, half and half included", async () => {
      const names = ["first wins", "second wins", "split", "uneven"] as const;
      const markets = await Promise.all(names.map((name) => polymarket.market(name)));
      const [first, second, split, uneven] = markets as [NodeMarket, NodeMarket, NodeMarket, NodeMarket];
      await node.mine(markets.map((each) => polymarket.prepare(each)));
      await node.mine([polymarket.resolve(first, [1, 0]), polymarket.resolve(second, [0, 1])]);
      await node.mine([polymarket.resolve(split, [1, 1]), polymarket.resolve(uneven, [1, 3])]);
      await node.mine([polymarket.resolve(negRisk, [0, 1])]);
      await listener.settled(node);
      const { rows } = await sql<{ id: string; winner: string | null; price: string; payouts: string[] }>`
        SELECT market_id AS id, winning_outcome AS winner, final_price::float8 AS price, payouts::float8[] AS payouts
        FROM orderflow_market_outcomes WHERE resolved_at IS NOT NULL ORDER BY resolved_block, 1`.execute(
        getDb().kysely,
      );
      const of = (id: string) => rows.find((row) => row.id === id);
      expect([first, second, split, uneven, negRisk].map(({ conditionId }) => of(conditionId))).toEqual([
        { id: first.conditionId, winner: "Yes", price: 1, payouts: [1, 0] },
        { id: second.conditionId, winner: "No", price: 0, payouts: [0, 1] },
        { id: split.conditionId, winner: null, price: 0.5, payouts: [0.5, 0.5] },
        { id: uneven.conditionId, winner: null, price: 0.25, payouts: [0.25, 0.75] },
        { id: negRisk.conditionId, winner: "No", price: 0, payouts: [0, 1] },
      ]);
      await expectTablesEqualChain(getDb(), node);
    });
  });
});
