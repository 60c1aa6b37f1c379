import { beforeAll, describe, expect, it } from "vitest";
import { aSimulatedChain, type SimulatedChain, tradeLogs } from "../../../test/support/simulated-chain.ts";
import { decodeLogs } from "../../core/chain/decode-logs.ts";
import { marketTokens } from "../../core/chain/token-ids.ts";
import type { SimWallet } from "./world/wallets.ts";

/** One wallet in one resolved market, from the logs alone: cash flows, and payout of what is left. */
type Unit = { pnl: number; cost: number; readonly held: [number, number] };
type Ledger = ReadonlyMap<string, readonly Unit[]>;

/** A second, much simpler accounting than the project's own: floats, no lots, resolved markets only. */
function ledgerOf({ chain }: SimulatedChain): Ledger {
  const { fills, prepared, resolved } = decodeLogs(tradeLogs(chain));
  const outcomes = new Map<string, readonly [string, 0 | 1]>();
  for (const { marketId, oracle } of prepared) {
    const { tokenIds } = marketTokens(marketId, oracle);
    outcomes.set(tokenIds[0], [marketId, 0]).set(tokenIds[1], [marketId, 1]);
  }
  const payouts = new Map(
    resolved.map(({ marketId, payoutNumerators }) => [marketId as string, payoutNumerators.map(Number)]),
  );
  const units = new Map<string, Unit>();
  for (const fill of fills) {
    const [market, outcome] = outcomes.get(fill.tokenId) ?? ["", 0];
    if (!payouts.has(market)) continue;
    const key = `${fill.wallet} ${market}`;
    const unit = units.get(key) ?? { pnl: 0, cost: 0, held: [0, 0] };
    units.set(key, unit);
    const [size, cash, fee] = [Number(fill.size), Number(fill.cash), Number(fill.fee)];
    const cashFee = fill.feeAsset === "collateral" ? fee : 0;
    unit.pnl += fill.side === "BUY" ? -cash - cashFee : cash - cashFee;
    unit.cost += fill.side === "BUY" ? cash + cashFee : 0;
    unit.held[outcome] += fill.side === "BUY" ? size - (fee - cashFee) : -size;
  }
  const byWallet = new Map<string, Unit[]>();
  for (const [key, unit] of units) {
    const [wallet = "", market = ""] = key.split(" ");
    const [first = 0, second = 0] = payouts.get(market) ?? [];
    unit.pnl += (unit.held[0] * first + unit.held[1] * second) / (first + second);
    byWallet.set(wallet, [...(byWallet.get(wallet) ?? []), unit]);
  }
  return byWallet;
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** The published score, without its timing part (5 %, taken as half). */
function scoreOf(units: readonly Unit[]): number {
  const n = units.length;
  const rois = units.filter(({ cost }) => cost > 0).map(({ pnl, cost }) => clamp(pnl / cost, -1, 1));
  const average = mean(rois);
  const sigma = Math.sqrt(mean(rois.map((roi) => (roi - average) ** 2)));
  const winRate = units.filter(({ pnl }) => pnl > 0).length / Math.max(1, n);
  const parts =
    0.4 * clamp((winRate - 0.3) / 0.4, 0, 1) +
    0.3 * clamp(average / 0.25, 0, 1) +
    0.15 * Math.max(0, 1 - sigma) +
    0.1 * Math.min(1, Math.log(1 + n) / Math.log(101)) +
    0.05 * 0.5;
  return 5 + (n / (n + 20)) * (10 * parts - 5);
}

/** Probability that one of `high` stands above one of `low`. */
function areaUnderCurve(high: readonly number[], low: readonly number[]): number {
  let wins = 0;
  for (const a of high) for (const b of low) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (high.length * low.length);
}

describe.each([1, 77])("planted skill in a default history (seed %i)", (seed) => {
  let wallets: readonly SimWallet[];
  let ledger: Ledger;
  const unitsOf = (wallet: SimWallet): readonly Unit[] => ledger.get(wallet.address) ?? [];
  const ofKind = (kind: SimWallet["kind"]): readonly SimWallet[] => wallets.filter((wallet) => wallet.kind === kind);
  const bySkill = (): readonly SimWallet[] => ofKind("informed").toSorted((a, b) => b.skill - a.skill);

  beforeAll(() => {
    const simulated = aSimulatedChain({ seed, hours: 36 });
    wallets = simulated.world.wallets;
    ledger = ledgerOf(simulated);
  });

  it("is told apart from noise by P&L alone", () => {
    const pnl = (wallet: SimWallet): number => unitsOf(wallet).reduce((sum, unit) => sum + unit.pnl, 0);
    expect(areaUnderCurve(bySkill().slice(0, 25).map(pnl), ofKind("noise").map(pnl))).toBeGreaterThanOrEqual(0.95);
  });

  it("ranks: the score separates wallets with skill from all others", () => {
    const score = (wallet: SimWallet): number => scoreOf(unitsOf(wallet));
    const [skilled, others] = [wallets.filter(({ skill }) => skill > 0), wallets.filter(({ skill }) => skill <= 0)];
    expect(areaUnderCurve(skilled.map(score), others.map(score))).toBeGreaterThanOrEqual(0.9);
  });

  it("lets the top decile reach a score of 7 and noise traders not", () => {
    const whales = (group: readonly SimWallet[]) => group.filter((wallet) => scoreOf(unitsOf(wallet)) >= 7).length;
    expect(whales(bySkill().slice(0, 10))).toBeGreaterThanOrEqual(9);
    expect(whales(ofKind("noise")) / ofKind("noise").length).toBeLessThanOrEqual(0.02);
    expect(whales(ofKind("market_maker"))).toBe(0);
  });

  it("gives every informed wallet 40 closed markets, and most noise traders ten", () => {
    expect(ofKind("informed").every((wallet) => unitsOf(wallet).length >= 40)).toBe(true);
    const noise = ofKind("noise").map((wallet) => unitsOf(wallet).length);
    expect(noise.filter((count) => count >= 10).length / noise.length).toBeGreaterThan(0.7);
  });

  it("makes the panickers lose persistently: most score below 3", () => {
    const scores = ofKind("panicker").map((wallet) => scoreOf(unitsOf(wallet)));
    expect(scores.filter((score) => score < 3).length / scores.length).toBeGreaterThan(0.8);
  });
});

describe("the crowd", () => {
  it("panics together: five and more sell the same token within five minutes, now and then", () => {
    const simulated = aSimulatedChain({ seed: 3, hours: 12 });
    const panickers = new Set(
      simulated.world.wallets.filter(({ kind }) => kind === "panicker").map(({ address }) => address),
    );
    const { fills } = decodeLogs(tradeLogs(simulated.chain));
    const sells = fills.filter((fill) => fill.side === "SELL" && fill.role === "taker" && panickers.has(fill.wallet));
    const waves = [...Map.groupBy(sells, (fill) => fill.tokenId).values()].filter((group) =>
      group.some((first) => {
        const near = group.filter(
          ({ blockNumber }) => blockNumber >= first.blockNumber && blockNumber <= first.blockNumber + 200,
        );
        return new Set(near.map(({ wallet }) => wallet)).size >= 5;
      }),
    );
    expect(waves.length).toBeGreaterThan(5);
  });

  it("bets 100 USD and more often enough to be followed", () => {
    const { world, chain } = aSimulatedChain({ seed: 4, hours: 6 });
    const skilled = new Set(world.wallets.filter(({ skill }) => skill > 0.2).map(({ address }) => address));
    const { fills } = decodeLogs(tradeLogs(chain));
    const triggers = fills.filter(
      (fill) => fill.role === "taker" && fill.side === "BUY" && skilled.has(fill.wallet) && fill.cash >= 100_000_000n,
    );
    expect(triggers.length / 6).toBeGreaterThan(10);
  });
});
