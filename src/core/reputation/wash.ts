/**
 * Wash trading by the network of who traded with whom, after Sirolly, Ma, Kanoria and Sethi, "Network-Based Detection of
 * Wash Trading" (2025): wash traders turn over without taking a position, and form approximately closed clusters of
 * counterparties; whether a wallet belongs to one depends on whether its counterparties do, so it is found by iteration.
 *
 * Here, over the shares traded inside the lookback:
 *   1. candidates have turned over at least 30 % of their volume: bought and sold again of the same token;
 *   2. two candidates are tied when they met at least three times and for at least 1 % of the volume of both, which a
 *      market maker and its many customers are not;
 *   3. wallets of which less than 30 % of the volume is with tied candidates are taken out, again and again until none
 *      is: what is left is the largest set in which every wallet passes, whatever the order;
 *   4. its connected parts are the clusters.
 * Steps 1 and 2 are sums for the database; 3 and 4 are here, with 24 bytes a tie and about 40 a wallet that has one.
 */
import { assert } from "../assert.ts";

export const WASH_SHARE = 0.3;
export const WASH_TURNOVER_PERCENT = 30;
export const WASH_TIE_PERCENT = 1;
export const WASH_MIN_MEETINGS = 3;

/** Columns; wallets are places in `volumes`. `a` = `b` is a wallet that traded with itself, its volume counted twice. */
export type WashNetwork = {
  /** All that each wallet traded. Any unit, as long as sums stay below 2⁵³. */
  readonly volumes: Float64Array;
  readonly ties: { readonly a: Int32Array; readonly b: Int32Array; readonly volume: Float64Array };
};

export type WashMember = {
  readonly wallet: number;
  /** The lowest place among the cluster's wallets. */
  readonly cluster: number;
  /** Of the wallet's volume, against wallets of the cluster. */
  readonly share: number;
};

export function findWashClusters(network: WashNetwork): readonly WashMember[] {
  const { volumes, ties } = network;
  assert(ties.a.length === ties.b.length && ties.a.length === ties.volume.length, "columns are equally long");
  const inside = peel(network);
  const parents = Int32Array.from(volumes, (_, wallet) => wallet);
  for (let i = 0; i < ties.a.length; i += 1) {
    const [a, b] = [ties.a[i] as number, ties.b[i] as number];
    if (isIn(inside, a) && isIn(inside, b)) join(parents, a, b);
  }
  const members: WashMember[] = [];
  for (let wallet = 0; wallet < volumes.length; wallet += 1) {
    if (!isIn(inside, wallet)) continue;
    const share = (inside[wallet] as number) / (volumes[wallet] as number);
    members.push({ wallet, cluster: rootOf(parents, wallet), share });
  }
  return members;
}

const OUT = -1;
const isIn = (inside: Float64Array, wallet: number): boolean => inside[wallet] !== OUT;

/** @returns each wallet's volume with those that stay; OUT where it does not stay itself. */
function peel({ volumes, ties }: WashNetwork): Float64Array {
  const { starts, tieAt } = tiesByWallet(volumes.length, ties);
  const inside = new Float64Array(volumes.length);
  for (let i = 0; i < ties.a.length; i += 1) {
    const [a, b, volume] = [ties.a[i] as number, ties.b[i] as number, ties.volume[i] as number];
    inside[a] = (inside[a] as number) + volume;
    if (b !== a) inside[b] = (inside[b] as number) + volume;
  }
  const passes = (wallet: number): boolean =>
    (inside[wallet] as number) > 0 && (inside[wallet] as number) >= WASH_SHARE * (volumes[wallet] as number);
  const leaving: number[] = [];
  for (let wallet = 0; wallet < volumes.length; wallet += 1) if (!passes(wallet)) leaving.push(wallet);
  for (let wallet = leaving.pop(); wallet !== undefined; wallet = leaving.pop()) {
    if (!isIn(inside, wallet)) continue;
    inside[wallet] = OUT;
    for (let place = starts[wallet] as number; place < (starts[wallet + 1] as number); place += 1) {
      const tie = tieAt[place] as number;
      const other = (ties.a[tie] === wallet ? ties.b[tie] : ties.a[tie]) as number;
      if (!isIn(inside, other)) continue;
      inside[other] = (inside[other] as number) - (ties.volume[tie] as number);
      if (!passes(other)) leaving.push(other);
    }
  }
  return inside;
}

/** The ties of wallet w are `tieAt[starts[w]]` to before `tieAt[starts[w + 1]]`. */
function tiesByWallet(wallets: number, { a, b }: WashNetwork["ties"]): { starts: Int32Array; tieAt: Int32Array } {
  const starts = new Int32Array(wallets + 1);
  const count = (wallet: number): void => {
    starts[wallet + 1] = (starts[wallet + 1] as number) + 1;
  };
  for (let i = 0; i < a.length; i += 1) {
    count(a[i] as number);
    count(b[i] as number);
  }
  for (let wallet = 0; wallet < wallets; wallet += 1) {
    starts[wallet + 1] = (starts[wallet + 1] as number) + (starts[wallet] as number);
  }
  const next = starts.slice();
  const tieAt = new Int32Array(2 * a.length);
  const put = (wallet: number, tie: number): void => {
    tieAt[next[wallet] as number] = tie;
    next[wallet] = (next[wallet] as number) + 1;
  };
  for (let i = 0; i < a.length; i += 1) {
    put(a[i] as number, i);
    put(b[i] as number, i);
  }
  return { starts, tieAt };
}

function rootOf(parents: Int32Array, wallet: number): number {
  let root = wallet;
  while (parents[root] !== root) root = parents[root] as number;
  for (let each = wallet; each !== root; ) {
    const parent = parents[each] as number;
    parents[each] = root;
    each = parent;
  }
  return root;
}

/** The lower root stays, so that a cluster's name does not depend on the order of its ties. */
function join(parents: Int32Array, a: number, b: number): void {
  const [first, second] = [rootOf(parents, a), rootOf(parents, b)];
  parents[Math.max(first, second)] = Math.min(first, second);
}
