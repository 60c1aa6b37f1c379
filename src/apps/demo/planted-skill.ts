/**
 * How much of simnet's planted skill the score has found. Pure; the demo prints it and the benchmark records it.
 */

export type PlantedWallet = {
  readonly address: string;
  readonly kind: string;
  /** What the world made its bets worth, in USD per share after spread and fee; above 0: skilled. */
  readonly skill: number;
};

export type FoundWallet = { readonly wallet: string; readonly score: number; readonly tier: string };

export type SkillReport = {
  readonly plantedWallets: number;
  readonly skilledWallets: number;
  /** Planted wallets of which at least one fill was scored. */
  readonly scoredWallets: number;
  /** Wallets with a score of 7 or more. */
  readonly highScores: number;
  /** Among those, the share that belongs to the tenth with the most planted skill; null when there are none. */
  readonly topDecileShare: number | null;
  /** Share of noise traders whose tier is WHALE; null when there are no noise traders. */
  readonly falseWhaleRate: number | null;
  /** Probability that a skilled wallet scores above one that is not, ties counting half. */
  readonly auc: number | null;
};

const HIGH_SCORE = 7;
/** A wallet without a row is unknown, and an unknown wallet sits at exactly this. */
const UNKNOWN_SCORE = 5;

/** Area under the ROC curve by rank sum; null when one side is empty. */
export function areaUnderCurve(positives: readonly number[], negatives: readonly number[]): number | null {
  if (positives.length === 0 || negatives.length === 0) return null;
  const all = [
    ...positives.map((value) => ({ value, positive: true })),
    ...negatives.map((value) => ({ value, positive: false })),
  ].sort((a, b) => a.value - b.value);
  let rankSum = 0;
  for (let from = 0; from < all.length; ) {
    let to = from;
    while (to < all.length && all[to]?.value === all[from]?.value) to += 1;
    // Ties share the mean of their ranks, which count from 1.
    const rank = (from + 1 + to) / 2;
    rankSum += rank * all.slice(from, to).filter((item) => item.positive).length;
    from = to;
  }
  const n = positives.length;
  return (rankSum - (n * (n + 1)) / 2) / (n * negatives.length);
}

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** Looks up scores; a wallet without one is unknown. */
export function scoredBy(found: readonly FoundWallet[]): (wallet: PlantedWallet) => number {
  const byWallet = new Map(found.map((row) => [row.wallet, row.score]));
  return (wallet) => byWallet.get(wallet.address) ?? UNKNOWN_SCORE;
}

export function reportSkill(planted: readonly PlantedWallet[], found: readonly FoundWallet[]): SkillReport {
  const byWallet = new Map(found.map((row) => [row.wallet, row]));
  const scoreOf = scoredBy(found);
  const skilled = planted.filter((wallet) => wallet.skill > 0);
  const unskilled = planted.filter((wallet) => wallet.skill <= 0);
  const noise = planted.filter((wallet) => wallet.kind === "noise");
  const high = planted.filter((wallet) => scoreOf(wallet) >= HIGH_SCORE);
  const bySkill = [...planted].sort((a, b) => b.skill - a.skill || (a.address < b.address ? -1 : 1));
  const topDecile = new Set(bySkill.slice(0, Math.ceil(planted.length / 10)).map((wallet) => wallet.address));
  return {
    plantedWallets: planted.length,
    skilledWallets: skilled.length,
    scoredWallets: planted.filter((wallet) => byWallet.has(wallet.address)).length,
    highScores: high.length,
    topDecileShare: share(high.filter((wallet) => topDecile.has(wallet.address)).length, high.length),
    falseWhaleRate: share(noise.filter((w) => byWallet.get(w.address)?.tier === "WHALE").length, noise.length),
    auc: areaUnderCurve(skilled.map(scoreOf), unskilled.map(scoreOf)),
  };
}
