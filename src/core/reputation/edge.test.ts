import { describe, expect, it } from "vitest";
import {
  computeEdge,
  DEFAULT_PRIOR,
  type EdgePopulation,
  type EdgeSums,
  estimatePrior,
  K_FLOOR,
  K_MAX,
  studentT95,
} from "./edge.ts";

const sumsOf = (edges: readonly number[]): EdgeSums => {
  const micros = edges.map((edge) => BigInt(Math.round(edge * 1e6)));
  return {
    markets: micros.length,
    sum: micros.reduce((a, b) => a + b, 0n),
    sumOfSquares: micros.reduce((a, b) => a + b * b, 0n),
  };
};
const populationOf = (wallets: readonly EdgeSums[]): EdgePopulation => {
  const total = (of: (w: EdgeSums) => bigint) => wallets.reduce((sum, w) => sum + of(w), 0n);
  return {
    wallets: BigInt(wallets.length),
    markets: total((w) => BigInt(w.markets)),
    marketsSquared: total((w) => BigInt(w.markets) ** 2n),
    sum: total((w) => w.sum),
    sumOfSquares: total((w) => w.sumOfSquares),
    squaredSumOverMarkets: total((w) => w.sum ** 2n / BigInt(w.markets)),
  };
};

/** Park and Miller's generator, so that the crowd below is the same in every run. */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
const normal = (next: () => number): number => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());

/** Wallets that buy at 0.5 with a true edge μ ~ N(0, skill²); every market pays 0 or 1. */
function crowd(seed: number, size: number, skill: number): { trueEdge: number; sums: EdgeSums }[] {
  const next = draws(seed);
  return Array.from({ length: size }, () => {
    const trueEdge = Math.max(-0.4, Math.min(0.4, skill * normal(next)));
    const markets = 5 + Math.floor(next() * 100);
    return { trueEdge, sums: sumsOf(Array.from({ length: markets }, () => (next() < 0.5 + trueEdge ? 0.5 : -0.5))) };
  });
}

describe("edge prior", () => {
  it("finds k as within over between variance, to its grid", () => {
    const wallets = crowd(7, 3_000, 0.1);
    const { k, variance } = estimatePrior(populationOf(wallets.map((w) => w.sums)));
    expect(variance / (0.25 - 0.01)).toBeGreaterThan(0.95);
    expect(variance / (0.25 - 0.01)).toBeLessThan(1.12);
    expect(k).toBeGreaterThan(19);
    expect(k).toBeLessThan(32);
  });

  it("never shrinks by less than the floor", () => {
    expect(estimatePrior(populationOf(crowd(7, 500, 0.35).map((w) => w.sums))).k).toBe(K_FLOOR);
  });

  it("shrinks practically everything away where wallets do not differ", () => {
    const same = Array.from({ length: 50 }, () => sumsOf([0.5, -0.5, 0.5, -0.5]));
    expect(estimatePrior(populationOf(same)).k).toBe(K_MAX);
  });

  it("falls back to a fair bet's variance until there is a crowd", () => {
    expect(estimatePrior(populationOf([sumsOf([0.5, -0.5])]))).toEqual(DEFAULT_PRIOR);
    expect(estimatePrior(populationOf([sumsOf([0.5]), sumsOf([-0.5])]))).toEqual(DEFAULT_PRIOR);
  });

  it("stays the same while the crowd changes a little", () => {
    const wallets = crowd(7, 3_000, 0.1).map((w) => w.sums);
    expect(estimatePrior(populationOf(wallets.slice(1)))).toEqual(estimatePrior(populationOf(wallets)));
  });
});

describe("edge of a wallet", () => {
  it("is the mean over markets, shrunk towards 0 by m / (m + k)", () => {
    const edge = computeEdge(sumsOf([0.2, 0.4, 0.3]), { k: 12, variance: 0.25 });
    expect(edge?.perShare).toBeCloseTo(0.3 * (3 / 15), 12);
  });

  it("has a bound below it that needs many markets to come above 0", () => {
    const winner = (n: number) =>
      computeEdge(sumsOf(Array.from({ length: n }, (_, i) => (i % 4 === 0 ? -0.5 : 0.5))), DEFAULT_PRIOR);
    expect(winner(8)?.lowerBound).toBeLessThan(0);
    expect(winner(200)?.lowerBound).toBeGreaterThan(0);
  });

  it("does not exist without a resolved market, and takes the crowd's variance for a single one", () => {
    expect(computeEdge(sumsOf([]), DEFAULT_PRIOR)).toBeNull();
    expect(computeEdge(sumsOf([0.9]), DEFAULT_PRIOR)?.lowerBound).toBeLessThan(0);
  });

  it("lies above its lower bound in about 95 of 100 wallets of a crowd with known edges", () => {
    const wallets = crowd(11, 4_000, 0.08);
    const prior = estimatePrior(populationOf(wallets.map((w) => w.sums)));
    const above = wallets.filter((w) => w.trueEdge >= (computeEdge(w.sums, prior)?.lowerBound ?? 1)).length;
    expect(above / wallets.length).toBeGreaterThan(0.94);
    expect(above / wallets.length).toBeLessThan(0.98);
  });

  it("uses Student's t", () => {
    expect([10, 20, 100].map((freedom) => Number(studentT95(freedom).toFixed(3)))).toEqual([1.812, 1.725, 1.66]);
  });
});
