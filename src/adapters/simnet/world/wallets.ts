import { drawBetween, drawDistinct } from "../random/draws.ts";
import { createPrng, type Prng, type Seed } from "../random/prng.ts";
import { ASSETS } from "./market-text.ts";

export type WalletKind = "market_maker" | "informed" | "noise" | "panicker";

export type SimWallet = {
  readonly index: number;
  /** Lower-case `0x…`. */
  readonly address: string;
  readonly kind: WalletKind;
  /** The planted truth: 0 to 1 for informed wallets, 0 for makers and noise, -1 for panickers. */
  readonly skill: number;
  /** Probability that this wallet's private signal names the winner; 0.5 knows nothing. */
  readonly accuracy: number;
  /** Assets whose up/down markets it trades, as indexes of `ASSETS`. */
  readonly assets: readonly number[];
  /** Probability that it looks at one up/down market of its assets. */
  readonly attention: number;
  /** Probability that it looks at one daily market. */
  readonly dailyAttention: number;
  /** Size of its orders: log-normal. */
  readonly medianUsd: number;
  readonly sizeSigma: number;
  /** Code of the front end that V2 orders carry; null for most. */
  readonly builder: string | null;
};

export type Population = Readonly<Record<WalletKind, number>>;

export const DEFAULT_POPULATION: Population = { market_maker: 24, informed: 100, noise: 200, panicker: 76 };

/** Best possible accuracy of a private signal. */
const BEST_ACCURACY = 0.88;
const BUILDERS = [0x51, 0x9c, 0xd7].map((byte) => `0x${byte.toString(16).repeat(32)}`);

export function createWallets(seed: Seed, population: Population): readonly SimWallet[] {
  const random = createPrng(seed, "wallets");
  const wallets: SimWallet[] = [];
  const add = (kind: WalletKind, trait: (position: number) => Partial<SimWallet>): void => {
    for (let i = 0; i < population[kind]; i++) {
      wallets.push({ ...common(random, kind, wallets.length), ...trait(i) });
    }
  };
  add("market_maker", () => ({ medianUsd: drawBetween(random, 60, 160) }));
  add("informed", (i) => informed(random, ((i + 0.5) / population.informed) ** 1.5));
  add("noise", () => ({
    attention: 0.03 * 18 ** random(),
    medianUsd: 12 * 16 ** random(),
    sizeSigma: 0.9,
  }));
  add("panicker", () => ({
    skill: -1,
    attention: drawBetween(random, 0.55, 0.8),
    medianUsd: 20 * 8 ** random(),
  }));
  return wallets;
}

function common(random: Prng, kind: WalletKind, index: number): SimWallet {
  return {
    index,
    address: drawAddress(random),
    kind,
    skill: 0,
    accuracy: 0.5,
    assets: drawDistinct(random, kind === "market_maker" ? 3 : 2, ASSETS.length),
    attention: 0,
    dailyAttention: drawBetween(random, 0.1, 0.35),
    medianUsd: 30,
    sizeSigma: 0.6,
    builder: random() < 0.2 ? (BUILDERS[Math.floor(random() * BUILDERS.length)] ?? null) : null,
  };
}

/** Skill runs from none to strong, thinning out upwards, so that it can be ranked; the better also bet more, as outside. */
function informed(random: Prng, skill: number): Partial<SimWallet> {
  return {
    skill: Math.round(skill * 1e4) / 1e4,
    accuracy: 0.5 + (BEST_ACCURACY - 0.5) * skill,
    attention: drawBetween(random, 0.25, 0.38),
    medianUsd: drawBetween(random, 40, 90) * (1 + 0.8 * skill),
  };
}

function drawAddress(random: Prng): string {
  let hex = "0x";
  for (let word = 0; word < 5; word++)
    hex += Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, "0");
  return hex;
}
