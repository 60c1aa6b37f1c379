import { ownerWallets } from "../../../core/chain/owner-wallets.ts";
import { parseAddress } from "../../../core/ids/ids.ts";
import { drawBetween, drawDistinct } from "../random/draws.ts";
import { createPrng, type Prng, type Seed } from "../random/prng.ts";
import { ASSETS } from "./market-text.ts";

export type WalletKind = "market_maker" | "informed" | "noise" | "panicker";

export type SimWallet = {
  readonly index: number;
  /** Lower-case `0x…`. */
  readonly address: string;
  /** A customer is nobody simulated: its orders come from outside. */
  readonly kind: WalletKind | "customer";
  /**
   * The planted truth: what this wallet's bets are worth in USD per share at even odds, after spread and fee. About
   * `accuracy - 0.5 - TRADING_COST` for those who bet and hold; 0 for makers, who do not bet on outcomes.
   */
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
  /** The key whose wallet it is, where there is another wallet of the same key. */
  readonly family: Family | null;
};

/** Two wallets of one key: a Safe or a proxy wallet, and the deposit wallet that came after it. */
export type Family = { readonly owner: string; readonly kind: "safe" | "proxy"; readonly sibling: number };

export type Population = Readonly<Record<WalletKind, number>>;

export const DEFAULT_POPULATION: Population = { market_maker: 24, informed: 100, noise: 200, panicker: 76 };

/** Half the spread, slippage and fee of a share bought at even odds, in USD. */
const TRADING_COST = 0.04;
/** Selling into every fall costs the spread and the fee again, at worse prices. */
const PANIC_COST = 0.1;
/** A quarter of those who believe to know something know nothing. */
const PRETENDERS = 0.25;

const BUILDERS = [0x51, 0x9c, 0xd7].map((byte) => `0x${byte.toString(16).repeat(32)}`);

export function createWallets(seed: Seed, population: Population, isSkillPlanted = true): readonly SimWallet[] {
  const random = createPrng(seed, "wallets");
  const wallets: SimWallet[] = [];
  const add = (kind: WalletKind, trait: (position: number) => Partial<SimWallet>): void => {
    for (let i = 0; i < population[kind]; i++) {
      wallets.push({ ...common(random, kind, wallets.length), ...trait(i) });
    }
  };
  add("market_maker", () => ({ medianUsd: drawBetween(random, 60, 160) }));
  add("informed", (i) => informed(random, isSkillPlanted ? (i + 0.5) / population.informed : 0));
  add("noise", () => ({
    attention: 0.03 * 18 ** random(),
    medianUsd: 12 * 16 ** random(),
    sizeSigma: 0.9,
  }));
  add("panicker", () => ({
    skill: -PANIC_COST,
    attention: drawBetween(random, 0.55, 0.8),
    medianUsd: 20 * 8 ** random(),
  }));
  return joinFamilies(wallets);
}

/** Of the noise, so many belong together two by two. */
const IN_FAMILIES = 0.17;

/** Their addresses follow from the key's: the first one's, which nobody uses. */
function joinFamilies(wallets: readonly SimWallet[]): readonly SimWallet[] {
  const noise = wallets.filter(({ kind }) => kind === "noise");
  const joined = [...wallets];
  for (let pair = 0; pair < Math.floor((noise.length * IN_FAMILIES) / 2); pair++) {
    const [older, newer] = [noise[2 * pair], noise[2 * pair + 1]];
    if (older === undefined || newer === undefined) break;
    const family = ownerWallets(parseAddress(older.address));
    const common = { owner: older.address, kind: pair % 2 === 0 ? "safe" : "proxy" } as const;
    joined[older.index] = { ...older, address: family[common.kind], family: { ...common, sibling: newer.index } };
    joined[newer.index] = { ...newer, address: family.deposit, family: { ...common, sibling: older.index } };
  }
  return joined;
}

function common(random: Prng, kind: WalletKind, index: number): SimWallet {
  return {
    index,
    address: drawAddress(random),
    kind,
    skill: kind === "market_maker" ? 0 : -TRADING_COST,
    accuracy: 0.5,
    assets: drawDistinct(random, kind === "market_maker" ? 3 : 2, ASSETS.length),
    attention: 0,
    dailyAttention: drawBetween(random, 0.1, 0.35),
    medianUsd: 30,
    sizeSigma: 0.6,
    builder: random() < 0.2 ? (BUILDERS[Math.floor(random() * BUILDERS.length)] ?? null) : null,
    family: null,
  };
}

/** Accuracy of a private signal by rank among the informed, 0 to 1: from none to strong, thinning out upwards. */
function accuracyOf(rank: number): number {
  if (rank < PRETENDERS) return 0.5 + 0.04 * (rank / PRETENDERS);
  return 0.58 + 0.3 * ((rank - PRETENDERS) / (1 - PRETENDERS)) ** 1.2;
}

/** The better also bet more, as outside. */
function informed(random: Prng, rank: number): Partial<SimWallet> {
  const accuracy = Math.round(accuracyOf(rank) * 1e4) / 1e4;
  return {
    accuracy,
    skill: Math.round((accuracy - 0.5 - TRADING_COST) * 1e4) / 1e4,
    attention: drawBetween(random, 0.25, 0.38),
    medianUsd: drawBetween(random, 40, 90) * (0.6 + 3 * (accuracy - 0.5)),
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
