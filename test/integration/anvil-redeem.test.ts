import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeFunctionData, type Hex, parseAbi } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openWalletChain } from "../../src/adapters/polygon/connect-polygon.ts";
import { createSignerClient } from "../../src/adapters/signer/signer-client.ts";
import { startSigner } from "../../src/adapters/signer/signer-server.ts";
import { createSpentFile } from "../../src/adapters/signer/spent-file.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { outcomeTokens } from "../../src/core/chain/claim.ts";
import { CONDITIONAL_TOKENS, USDC_E } from "../../src/core/chain/contracts.ts";
import { POSITION_MANAGER, ROUTER } from "../../src/core/chain/infrastructure.ts";
import {
  CTF_COLLATERAL_ADAPTER,
  PUSD,
  redeemCall,
  redeemGrant,
  redeemPositionCall,
} from "../../src/core/chain/redeem-call.ts";
import { parseAddress, parseMarketId } from "../../src/core/ids/ids.ts";
import { shares } from "../../src/core/money/amounts.ts";
import type { ClaimCandidate } from "../../src/ports/settlement-store.ts";
import type { WalletChain } from "../../src/ports/wallet-chain.ts";
import { createSettlementService } from "../../src/services/settlement/settlement-service.ts";
import { type Anvil, anvilBinary, FINAL_AFTER, startAnvil } from "../support/anvil.ts";
import { deployPolymarket, type NodeMarket, type NodePolymarket } from "../support/anvil-polymarket.ts";
import { testContracts } from "../support/contracts.ts";
import { eventually } from "../support/eventually.ts";
import { OWNER, policyOf, START } from "../support/live-simnet.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createMemorySettlement } from "../support/memory-settlement.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";

// Goal: what we ask of the chain and send to it is what a real node and the real Conditional Tokens understand. Method: an
// EOA's redemption, signed by the signer, through an adapter with the signature of Polymarket's.
const POSITIONS = parseAbi([
  "function mint(address to, uint256 positionId, uint256 amount)",
  "function resolve(uint256 conditionId, uint256[2] result)",
  "function setApprovalForAll(address operator, bool approved)",
]);
const APPROVE = parseAbi(["function setApprovalForAll(address operator, bool approved)"]);
const eoa = parseAddress(OWNER.address);
const signal = new AbortController().signal;

describe.skipIf(anvilBinary === null)("redeeming on a real node (needs anvil)", () => {
  let node: Anvil;
  let polymarket: NodePolymarket;
  let market: NodeMarket;
  let chain: WalletChain;
  const folder = mkdtempSync(join(tmpdir(), "orderflow-redeem-"));
  const logger = createQuietLogger();
  beforeAll(async () => {
    node = await startAnvil();
    polymarket = await deployPolymarket(node);
    await node.ask("anvil_setCode", [PUSD, await node.ask<Hex>("eth_getCode", [USDC_E, "latest"])]);
    await node.ask("anvil_setBalance", [eoa, "0xde0b6b3a7640000"]);
    market = await polymarket.market("won");
    const [giver] = polymarket.wallets;
    if (giver === undefined) throw new Error("a node without accounts");
    await node.mine([
      ...[polymarket.prepare(market), polymarket.split(giver, market, 5_000_000n)],
      ...[polymarket.transfer(giver, eoa, market.tokenIds[0], 5_000_000n)],
      ...[polymarket.transfer(giver, eoa, market.tokenIds[1], 1_000_000n)],
    ]);
    const urls = [`http://127.0.0.1:${node.port}`];
    chain = openWalletChain({ urls, clock: createSystemClock(), random: () => 0.5, logger });
  });
  afterAll(async () => {
    await node?.kill();
    rmSync(folder, { recursive: true });
  });

  test("what a wallet has, may and is owed is read as the contracts have it", async () => {
    const tokens = outcomeTokens(market.conditionId, false);
    expect(await chain.shares(eoa, tokens, signal)).toEqual([5_000_000n, 1_000_000n]);
    expect(await chain.payout(market.conditionId, signal)).toBeNull();
    const call = redeemCall(market.conditionId, false);
    expect(await chain.estimateGas(eoa, call, signal)).toBeNull();
    await node.mine([polymarket.resolve(market, [3, 1])]);
    expect(await chain.payout(market.conditionId, signal)).toEqual([3n, 1n]);
    // Resolved, and not approved yet.
    expect(await chain.estimateGas(eoa, call, signal)).toBeNull();
    const grants = [false, true].map((negRisk) => redeemGrant(market.conditionId, negRisk));
    expect(await chain.operators(eoa, grants, signal)).toEqual([false, false]);
    await node.ask("anvil_impersonateAccount", [eoa]);
    const data = encodeFunctionData({ abi: APPROVE, args: [CTF_COLLATERAL_ADAPTER as string as Hex, true] });
    await node.mine([{ from: OWNER.address, to: CONDITIONAL_TOKENS as string as Hex, data }]);
    expect(await chain.operators(eoa, grants, signal)).toEqual([true, false]);
    expect(await chain.nonce(eoa, signal)).toBe(1n);
    expect(await chain.estimateGas(eoa, call, signal)).toBeGreaterThan(50_000n);
    expect([await chain.hasCode(eoa, signal), await chain.hasCode(PUSD, signal)]).toEqual([false, true]);
    expect(await chain.gasMoney(eoa, signal)).toBeGreaterThan(0n);
  });

  test("the signer's transaction is mined, pays what the contract pays, and is sent once", async () => {
    const records = await settle({ marketId: market.conditionId, negRisk: false });
    // 5 at three quarters and 1 at a quarter.
    expect((await chain.collateral(eoa, signal)).usdcE).toBe(4_000_000n);
    expect(records).toMatchObject([{ outcome: "REDEEMED", attempt: 1, payoutUsd: 4_000_000n }]);
    expect(await chain.shares(eoa, outcomeTokens(market.conditionId, false), signal)).toEqual([0n, 0n]);
    expect(await chain.nonce(eoa, signal)).toBe(2n);
    // The same bytes again are nothing new to a node that has mined them.
    const [record] = records;
    await chain.send(record?.signature ?? "0x", signal);
    expect(await chain.nonce(eoa, signal)).toBe(2n);
  });

  test("a position of Protocol V2, one outcome after the other, once its holder allows the Router to", async () => {
    const { TestPositionManager, TestRouter } = testContracts();
    await node.ask("anvil_setCode", [POSITION_MANAGER, TestPositionManager.code]);
    await node.ask("anvil_setCode", [ROUTER, TestRouter.code]);
    const marketId = parseMarketId(`0x01${"5a".repeat(16)}${"0".repeat(28)}`);
    const tokens = outcomeTokens(marketId, false);
    const [from = OWNER.address] = polymarket.wallets as readonly string[] as readonly Hex[];
    const to = POSITION_MANAGER as string as Hex;
    const mint = (token: string, micros: bigint) =>
      encodeFunctionData({ abi: POSITIONS, functionName: "mint", args: [OWNER.address, BigInt(token), micros] });
    await node.mine([
      { from, to, data: mint(tokens[0], 3_000_000n) },
      { from, to, data: mint(tokens[1], 5_000_001n) },
    ]);
    expect(await chain.shares(eoa, tokens, signal)).toEqual([3_000_000n, 5_000_001n]);
    expect(await chain.payout(marketId, signal)).toBeNull();
    const result = encodeFunctionData({
      ...{ abi: POSITIONS, functionName: "resolve", args: [BigInt(marketId), [250_000n, 750_000n]] },
    });
    await node.mine([{ from, to, data: result }]);
    expect(await chain.payout(marketId, signal)).toEqual([250_000n, 750_000n]);
    const call = redeemPositionCall(marketId, 1, shares(5_000_001n));
    expect(await chain.estimateGas(eoa, call, signal)).toBeNull();
    const grant = redeemGrant(marketId, false);
    expect(await chain.operators(eoa, [grant], signal)).toEqual([false]);
    const data = encodeFunctionData({ abi: APPROVE, args: [grant.operator as string as Hex, true] });
    await node.mine([{ from: OWNER.address, to, data }]);
    const before = (await chain.collateral(eoa, signal)).pusd;
    const records = await settle({ marketId, negRisk: false });
    expect(records.map(({ payoutUsd, outcome }) => [payoutUsd, outcome])).toEqual([
      [3_750_000n, "REDEEMED"],
      [750_000n, "REDEEMED"],
    ]);
    expect((await chain.collateral(eoa, signal)).pusd - before).toBe(4_500_000n);
    expect(await chain.shares(eoa, tokens, signal)).toEqual([0n, 0n]);
    // Nothing is left that the same call could take.
    expect(await chain.estimateGas(eoa, call, signal)).toBeNull();
  });

  /** Lets the service work until nothing is owed any more, blocks passing whenever it waits. */
  async function settle(candidate: ClaimCandidate) {
    const clock = createManualClock(START);
    const name = join(folder, candidate.marketId.slice(2, 10));
    const server = await startSigner(`${name}.sock`, {
      ...{ account: OWNER, policy: policyOf(eoa, 0), spent: createSpentFile(`${name}.json`), clock, logger },
    });
    const { store, records, claims } = createMemorySettlement([candidate]);
    const stop = new AbortController();
    const running = createSettlementService({
      ...{ account: { owner: eoa, wallet: eoa, signatureType: 0 }, chain, relayer: null, store, clock, logger },
      ...{ signer: createSignerClient(`${name}.sock`), redeemable: async () => [], alarm: () => {} },
    }).run(stop.signal);
    await eventually(async () => {
      if (claims.length >= 2 && claims.at(-1)?.length === 0) return null;
      if (clock.sleeping() > 0) {
        await node.ask("anvil_mine", [`0x${FINAL_AFTER.toString(16)}`]);
        await clock.advance(5_000);
      }
      return "nothing is owed any more";
    });
    stop.abort();
    await running;
    await server.close();
    return records;
  }
});
