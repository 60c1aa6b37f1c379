import type { Address } from "../ids/ids.ts";
import { type ShareMicros, toNumber, type UsdMicros } from "../money/amounts.ts";
import { studentT95 } from "../reputation/edge.ts";
import type { SignalType } from "../signals/signal.ts";

/** A closed position of ours, from its first share to its last. */
export type ClosedBet = {
  readonly signalType: SignalType;
  /** The wallet that was followed; null where there was no single one. */
  readonly source: Address | null;
  /** Event, or market where it belongs to none: bets within one share their fate. */
  readonly cluster: string;
  readonly shares: ShareMicros;
  /** Profit after fees. */
  readonly netUsd: UsdMicros;
};

/** proven: the edge's lower bound is above 0. negative: its upper bound is below. */
export type Verdict = "proven" | "cannot tell" | "negative";

export type Significance = {
  readonly signalType: SignalType;
  /** null: all sources of the type together. */
  readonly source: Address | null;
  readonly bets: number;
  readonly clusters: number;
  /** USD per share after fees; null without bets. */
  readonly edgePerShare: number | null;
  /** One-sided 95 % each; null below `CLUSTERS_MIN` clusters. */
  readonly lowerBound: number | null;
  readonly upperBound: number | null;
  readonly verdict: Verdict;
};

/** Fewer independent events say nothing, whatever they came to. */
export const CLUSTERS_MIN = 12;

/** The record of each signal type as a whole, and of each source within it, in the order of their names. */
export function judgeRecords(bets: readonly ClosedBet[]): readonly Significance[] {
  const groups = new Map<string, ClosedBet[]>();
  const add = (key: string, bet: ClosedBet): void => {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [bet]);
    else group.push(bet);
  };
  for (const bet of bets) {
    add(bet.signalType, bet);
    if (bet.source !== null) add(`${bet.signalType} ${bet.source}`, bet);
  }
  return [...groups.keys()].sort().flatMap((key) => {
    const group = groups.get(key) ?? [];
    const [first] = group;
    if (first === undefined) return [];
    return [{ signalType: first.signalType, source: key.includes(" ") ? first.source : null, ...judge(group) }];
  });
}

/**
 * Edge per share as a ratio of sums, Σ net / Σ shares; its variance from the residuals of whole clusters,
 * `G/(G−1) · Σ_g (net_g − edge·shares_g)² / (Σ shares)²` (Cochran, "Sampling Techniques", ch. 6); Student's t with G − 1
 * degrees of freedom.
 */
export function judge(
  bets: readonly Pick<ClosedBet, "cluster" | "shares" | "netUsd">[],
): Omit<Significance, "signalType" | "source"> {
  const clusters = new Map<string, { shares: number; net: number }>();
  let shares = 0;
  let net = 0;
  for (const bet of bets) {
    const cluster = clusters.get(bet.cluster) ?? { shares: 0, net: 0 };
    clusters.set(bet.cluster, {
      shares: cluster.shares + toNumber(bet.shares),
      net: cluster.net + toNumber(bet.netUsd),
    });
    shares += toNumber(bet.shares);
    net += toNumber(bet.netUsd);
  }
  const count = clusters.size;
  const edgePerShare = shares > 0 ? net / shares : null;
  const record = { bets: bets.length, clusters: count, edgePerShare };
  if (edgePerShare === null || count < CLUSTERS_MIN) {
    return { ...record, lowerBound: null, upperBound: null, verdict: "cannot tell" };
  }
  let squares = 0;
  for (const cluster of clusters.values()) squares += (cluster.net - edgePerShare * cluster.shares) ** 2;
  const margin = studentT95(count - 1) * Math.sqrt(((count / (count - 1)) * squares) / shares ** 2);
  const lowerBound = edgePerShare - margin;
  const upperBound = edgePerShare + margin;
  const verdict = lowerBound > 0 ? "proven" : upperBound < 0 ? "negative" : "cannot tell";
  return { ...record, lowerBound, upperBound, verdict };
}
