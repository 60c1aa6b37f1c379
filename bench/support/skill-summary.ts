/** What many worlds say of score and edge against what was planted in them. */
import type { SimWallet } from "../../src/adapters/simnet/world/wallets.ts";
import { areaUnderCurve } from "../../src/apps/demo/planted-skill.ts";
import { significant, spread } from "./bench-report.ts";

/** A planted wallet with what was found of it; edges in USD per share. */
export type JudgedWallet = Pick<SimWallet, "address" | "kind" | "skill"> & {
  readonly seed: number;
  readonly score: number;
  readonly tier: string;
  readonly reason: string | null;
  readonly bound: number | null;
  readonly markets: number;
  /** Over its markets, before shrinkage. */
  readonly edgeSum: number;
};

type Kind = SimWallet["kind"];
/** Makers quote both sides: nothing is planted that the edge of their entries could be compared with. */
const BETTORS: readonly Kind[] = ["informed", "noise", "panicker"];

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : significant(part / whole));

export function summarizeSeed(wallets: readonly JudgedWallet[]) {
  const noise = wallets.filter(({ kind }) => kind === "noise");
  const scores = (isSkilled: boolean): number[] =>
    wallets.filter(({ skill }) => skill > 0 === isSkilled).map(({ score }) => score);
  return {
    auc: significant(areaUnderCurve(scores(true), scores(false)) ?? Number.NaN),
    falseWhales: ratio(noise.filter(({ tier }) => tier === "WHALE").length, noise.length),
    // A lower bound above 0: what may be followed on proof.
    proven: wallets.filter(({ bound, skill }) => bound !== null && bound > 0 && skill > 0).length,
    falselyProven: wallets.filter(({ bound, skill }) => bound !== null && bound > 0 && skill <= 0).length,
    washed: wallets.filter(({ reason }) => reason === "WASH").length,
  };
}

export function summarizeSkill(wallets: readonly JudgedWallet[]) {
  const seeds = [...Map.groupBy(wallets, ({ seed }) => seed).values()].map(summarizeSeed);
  const total = (of: (seed: ReturnType<typeof summarizeSeed>) => number): number =>
    seeds.reduce((sum, seed) => sum + of(seed), 0);
  const bounded = wallets.filter(({ bound }) => bound !== null);
  const ofKind = (kind: Kind): readonly JudgedWallet[] => bounded.filter((wallet) => wallet.kind === kind);
  const means = new Map(BETTORS.map((kind) => [kind, meanEdge(ofKind(kind))]));
  // Whoever has no signal has the edge of the kind: what an entry costs, which the world does not state. Its label says
  // 0.04 "about" for noise, and for panickers what their selling loses besides.
  const plantedEdge = ({ kind, skill }: JudgedWallet): number =>
    kind === "informed" ? skill : (means.get(kind) ?? skill);
  const above = (kinds: readonly Kind[], truth: (wallet: JudgedWallet) => number): number | null => {
    const list = kinds.flatMap(ofKind);
    return ratio(list.filter((wallet) => truth(wallet) > (wallet.bound ?? 0)).length, list.length);
  };
  return {
    seeds: seeds.length,
    wallets: bounded.length,
    auc_skill: spread(seeds.map(({ auc }) => auc)),
    false_whale_rate: spread(seeds.map(({ falseWhales }) => falseWhales ?? 0)),
    edge_above_bound: above(BETTORS, plantedEdge),
    ...Object.fromEntries(BETTORS.map((kind) => [`edge_above_bound_${kind}`, above([kind], plantedEdge)])),
    label_above_bound: above(BETTORS, ({ skill }) => skill),
    mean_edge: Object.fromEntries([...means].map(([kind, mean]) => [kind, significant(mean)])),
    proven_a_seed: significant(total(({ proven }) => proven) / seeds.length),
    falsely_proven_a_seed: significant(total(({ falselyProven }) => falselyProven) / seeds.length),
    washed: total(({ washed }) => washed),
  };
}

const meanEdge = (wallets: readonly JudgedWallet[]): number =>
  wallets.reduce((sum, { edgeSum }) => sum + edgeSum, 0) / wallets.reduce((sum, { markets }) => sum + markets, 0);
