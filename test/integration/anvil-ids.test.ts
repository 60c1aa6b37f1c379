import fc from "fast-check";
import { type Hex, parseEventLogs } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NEG_RISK_ADAPTER, USDC_E, WRAPPED_COLLATERAL } from "../../src/core/chain/contracts.ts";
import { conditionId, marketTokens, tokenIdOf } from "../../src/core/chain/token-ids.ts";
import { parseAddress } from "../../src/core/ids/ids.ts";
import { type Anvil, anvilBinary, startAnvil } from "../support/anvil.ts";
import { deployPolymarket, eventAbi, type NodePolymarket } from "../support/anvil-polymarket.ts";

// Goal: ids that we compute are those of the contract that is on Polygon. Method: ask the contract itself, as its authors
// compiled it, for conditions made up at random.
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((each): Hex => `0x${Buffer.from(each).toString("hex")}`);

describe.skipIf(anvilBinary === null)("ids against the real Conditional Tokens (needs anvil)", () => {
  let node: Anvil;
  let polymarket: NodePolymarket;
  beforeAll(async () => {
    node = await startAnvil();
    polymarket = await deployPolymarket(node);
  });
  afterAll(() => node?.kill());

  test("condition id and both token ids of any standard market are the contract's", async () => {
    const property = fc.asyncProperty(bytes(20).map(parseAddress), bytes(32), async (oracle, questionId) => {
      const asked = await polymarket.marketOf(oracle, questionId);
      expect(conditionId(oracle, questionId)).toBe(asked.conditionId);
      expect(asked.collateral).toBe(USDC_E);
      expect(marketTokens(asked.conditionId, oracle)).toEqual({
        marketId: asked.conditionId,
        negRisk: false,
        tokenIds: asked.tokenIds.map(String),
      });
    });
    await fc.assert(property, { numRuns: 40 });
  });

  test("so are those of a neg-risk market, whose tokens are backed by wrapped collateral", async () => {
    const property = fc.asyncProperty(bytes(32), async (questionId) => {
      const asked = await polymarket.marketOf(NEG_RISK_ADAPTER, questionId);
      const ours = marketTokens(conditionId(NEG_RISK_ADAPTER, questionId), NEG_RISK_ADAPTER);
      expect(ours).toEqual({ marketId: asked.conditionId, negRisk: true, tokenIds: asked.tokenIds.map(String) });
      expect(tokenIdOf(WRAPPED_COLLATERAL, asked.conditionId, 1)).toBe(String(asked.tokenIds[1]));
    });
    await fc.assert(property, { numRuns: 20 });
  });

  test("the contract announces a prepared condition under the id that we compute", async () => {
    const markets = await Promise.all(["rain", "snow", "hail"].map((name) => polymarket.market(name)));
    const { hash } = await node.mine(markets.map((market) => polymarket.prepare(market)));
    const logs = parseEventLogs({ abi: eventAbi(), logs: await node.ask("eth_getLogs", [{ blockHash: hash }]) });
    expect(logs.map(({ args }) => (args as unknown as { conditionId: Hex }).conditionId)).toEqual(
      markets.map(({ oracle, questionId }) => conditionId(oracle, questionId)),
    );
  });

  test("a split gives its caller as much of the two tokens that we compute, and of no other", async () => {
    const market = await polymarket.market("rain");
    const wallet = polymarket.wallets[0];
    if (wallet === undefined) throw new Error("a node without accounts");
    await node.mine([polymarket.split(wallet, market, 5_000_000n)]);
    const ours = marketTokens(conditionId(market.oracle, market.questionId), market.oracle).tokenIds;
    const balances = await Promise.all(ours.map((token) => polymarket.balance(wallet, BigInt(token))));
    expect(balances).toEqual([5_000_000n, 5_000_000n]);
  });
});
