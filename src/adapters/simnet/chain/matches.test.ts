import { beforeAll, describe, expect, it } from "vitest";
import { aSimulatedChain, type SimulatedChain, tradeLogs } from "../../../../test/support/simulated-chain.ts";
import { type DecodedLogs, decodeLogs } from "../../../core/chain/decode-logs.ts";
import { marketTokens } from "../../../core/chain/token-ids.ts";
import { exchangeAddress, OPERATOR, TOPIC } from "./contracts.ts";

let simulated: SimulatedChain;
let decoded: DecodedLogs;

beforeAll(() => {
  simulated = aSimulatedChain({ seed: 21, hours: 12 });
  decoded = decodeLogs(tradeLogs(simulated.chain));
});

describe("the simulated logs", () => {
  it("decode strictly, without one log in quarantine", () => {
    expect(decoded.quarantined).toEqual([]);
    expect(decoded.isIncomplete).toBe(false);
    expect(decoded.fills.length).toBeGreaterThan(5_000);
  });

  it("hold every type of match on every exchange", () => {
    const kinds = new Set(
      decoded.matches.flatMap(({ taker, makers }) => makers.map(({ type }) => `${taker.exchange} ${type}`)),
    );
    for (const version of [1, 2] as const) {
      for (const negRisk of [false, true]) {
        for (const type of ["COMPLEMENTARY", "MINT", "MERGE"])
          expect(kinds).toContain(`${exchangeAddress(version, negRisk)} ${type}`);
      }
    }
  });

  it("balance in every match: shares and collateral given are those received", () => {
    for (const { taker, makers, summary } of decoded.matches) {
      expect(summary).not.toBeNull();
      expect(makers.reduce((sum, { fill }) => sum + fill.size, 0n)).toBe(taker.size);
      const explained = makers.reduce(
        (sum, { fill, type }) => sum + (type === "COMPLEMENTARY" ? fill.cash : fill.size - fill.cash),
        0n,
      );
      expect(taker.cash).toBe(explained);
      for (const { fill } of makers) {
        expect(fill.cash > 0n && fill.cash < fill.size).toBe(true);
        expect(fill.wallet).not.toBe(taker.wallet);
      }
    }
  });

  it("charge makers on V1 and give all of it back, so that they pay nothing", () => {
    expect(decoded.fills.filter(({ role, fee }) => role === "maker" && fee > 0n)).toEqual([]);
    expect(decoded.matches.some(({ makers }) => makers.some(({ fill }) => fill.fee > 0n))).toBe(true);
  });

  it("charge takers in tokens on a V1 BUY and in collateral elsewhere", () => {
    const charged = decoded.fills.filter((fill) => fill.fee > 0n);
    const kinds = new Set(charged.map((fill) => `${fill.exchangeVersion} ${fill.side} ${fill.feeAsset} ${fill.role}`));
    expect([...kinds].sort()).toEqual([
      "1 BUY shares taker",
      "1 SELL collateral taker",
      "2 BUY collateral taker",
      "2 SELL collateral taker",
    ]);
  });

  it("use an order hash for one order only, and a transaction hash for one transaction", () => {
    const owners = new Map<string, string>();
    for (const fill of decoded.fills) {
      const order = `${fill.wallet} ${fill.side} ${fill.tokenId}`;
      expect(owners.get(fill.orderHash) ?? order).toBe(order);
      owners.set(fill.orderHash, order);
    }
    const takers = decoded.matches.map(({ taker }) => taker.orderHash);
    expect(new Set(takers).size).toBe(takers.length);
    const transactions = Map.groupBy(decoded.matches, ({ taker }) => taker.txHash);
    expect([...transactions.values()].some((matches) => matches.length > 1)).toBe(true);
    for (const matches of transactions.values()) {
      expect(new Set(matches.map(({ taker }) => taker.blockNumber)).size).toBe(1);
    }
  });

  it("prepare every market before its first fill, under ids that follow from the condition", () => {
    const preparedAt = new Map<string, number>();
    for (const { marketId, oracle, blockNumber } of decoded.prepared) {
      for (const tokenId of marketTokens(marketId, oracle).tokenIds) preparedAt.set(tokenId, blockNumber);
    }
    for (const fill of decoded.fills) expect(preparedAt.get(fill.tokenId)).toBeLessThan(fill.blockNumber);
    expect(simulated.world.markets.some((market) => market.negRisk)).toBe(true);
  });

  it("resolve markets once, after their last fill, as the world knows them to end", () => {
    const markets = new Map(simulated.world.markets.map((market) => [market.conditionId, market]));
    const lastFill = new Map(decoded.fills.map((fill) => [fill.tokenId, fill.blockNumber]));
    expect(decoded.resolved.length).toBeGreaterThan(100);
    expect(new Set(decoded.resolved.map(({ marketId }) => marketId)).size).toBe(decoded.resolved.length);
    for (const { marketId, payoutNumerators, blockNumber } of decoded.resolved) {
      const market = markets.get(marketId);
      expect(market?.payout.map(BigInt)).toEqual(payoutNumerators);
      for (const tokenId of market?.tokenIds() ?? []) {
        expect(lastFill.get(tokenId) ?? 0).toBeLessThan(blockNumber);
      }
    }
  });

  it("name traders as makers, never the contracts", () => {
    const infrastructure = new Set([OPERATOR, exchangeAddress(1, false), exchangeAddress(2, true)]);
    const traders = new Set(simulated.world.wallets.map(({ address }) => address));
    for (const fill of decoded.fills) {
      expect(traders.has(fill.wallet)).toBe(true);
      expect(infrastructure.has(fill.wallet)).toBe(false);
    }
    expect(Object.values(TOPIC).every((topic) => /^0x[0-9a-f]{64}$/.test(topic))).toBe(true);
  });
});
