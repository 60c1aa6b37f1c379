import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findWashClusters, WASH_SHARE, type WashNetwork } from "./wash.ts";

type Tie = readonly [a: number, b: number, volume: number];

const networkOf = (volumes: readonly number[], ties: readonly Tie[]): WashNetwork => ({
  volumes: Float64Array.from(volumes),
  ties: {
    a: Int32Array.from(ties, ([a]) => a),
    b: Int32Array.from(ties, ([, b]) => b),
    volume: Float64Array.from(ties, ([, , volume]) => volume),
  },
});
const clustersOf = (volumes: readonly number[], ties: readonly Tie[]) =>
  findWashClusters(networkOf(volumes, ties)).map(({ wallet, cluster, share }) => [wallet, cluster, share]);

const WALLETS = 8;
const ties = fc.uniqueArray(fc.tuple(fc.nat(WALLETS - 1), fc.nat(WALLETS - 1), fc.integer({ min: 1, max: 50 })), {
  selector: ([a, b]) => `${Math.min(a, b)} ${Math.max(a, b)}`,
  maxLength: 16,
});
const network = fc.tuple(fc.array(fc.integer({ min: 50, max: 400 }), { minLength: WALLETS, maxLength: WALLETS }), ties);

/** The largest set that passes, by trying every set. */
function largestSet(volumes: readonly number[], list: readonly Tie[]): ReadonlySet<number> {
  let best = new Set<number>();
  for (let bits = 0; bits < 2 ** WALLETS; bits += 1) {
    const set = new Set(volumes.map((_, wallet) => wallet).filter((wallet) => (bits >> wallet) % 2 === 1));
    const inside = (wallet: number): number =>
      list
        .filter(([a, b]) => (a === wallet || b === wallet) && set.has(a) && set.has(b))
        .reduce((sum, [, , volume]) => sum + volume, 0);
    const passes = [...set].every(
      (wallet) => inside(wallet) > 0 && inside(wallet) >= WASH_SHARE * (volumes[wallet] ?? 0),
    );
    if (passes && set.size > best.size) best = set;
  }
  return best;
}

describe("wash clusters", () => {
  it("are a pair that trades with each other, with their share of it", () => {
    expect(clustersOf([100, 90], [[0, 1, 45]])).toEqual([
      [0, 0, 0.45],
      [1, 0, 0.5],
    ]);
  });

  it("are a ring in which no two wallets trade back and forth", () => {
    const ring: Tie[] = [0, 1, 2, 3].map((n) => [n, (n + 1) % 4, 20]);
    expect(clustersOf([100, 100, 100, 100], ring).map(([, cluster]) => cluster)).toEqual([0, 0, 0, 0]);
  });

  it("fall apart from their weakest wallet on: its leaving takes those along that needed it", () => {
    const chain: Tie[] = [
      [0, 1, 20],
      [1, 2, 20],
      [2, 3, 29],
    ];
    expect(clustersOf([1000, 100, 100, 100], chain)).toEqual([]);
  });

  it("leave a wallet out that traded with members a little, and count nothing of it", () => {
    const list: Tie[] = [
      [0, 1, 40],
      [1, 2, 29],
    ];
    expect(clustersOf([100, 100, 100], list)).toEqual([
      [0, 0, 0.4],
      [1, 0, 0.4],
    ]);
  });

  it("are apart where nothing ties them, and one wallet that trades with itself is one", () => {
    const list: Tie[] = [
      [0, 0, 60],
      [1, 2, 50],
    ];
    expect(clustersOf([100, 100, 100], list).map(([wallet, cluster]) => [wallet, cluster])).toEqual([
      [0, 0],
      [1, 1],
      [2, 1],
    ]);
  });

  it("are the largest set in which every wallet passes", () => {
    fc.assert(
      fc.property(network, ([volumes, list]) => {
        const found = findWashClusters(networkOf(volumes, list)).map(({ wallet }) => wallet);
        expect(new Set(found)).toEqual(largestSet(volumes, list));
      }),
    );
  });

  it("do not depend on the order of the ties", () => {
    fc.assert(
      fc.property(network, ([volumes, list]) => {
        const turned: Tie[] = list.map(([a, b, volume]): Tie => [b, a, volume]).reverse();
        expect(clustersOf(volumes, turned)).toEqual(clustersOf(volumes, list));
      }),
    );
  });

  it("hold for a hundred thousand wallets in one ring", () => {
    const n = 100_000;
    const ring = Array.from({ length: n }, (_, wallet): Tie => [wallet, (wallet + 1) % n, 20]);
    const members = findWashClusters(networkOf(Array<number>(n).fill(100), ring));
    expect(members.length).toBe(n);
    expect(members.every(({ cluster }) => cluster === 0)).toBe(true);
  });
});
