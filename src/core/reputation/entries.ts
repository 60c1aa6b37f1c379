/**
 * What a unit's BUY fills say beside the money: when they came in the market's life, and at what prices. Kept as
 * integer sums, so that a unit stays one small row however many fills it has.
 */
import type { OutcomeIndex } from "../market/market.ts";
import { MICROS, type ShareMicros, type UsdMicros } from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";
import { type EpochMs, MINUTE_MS } from "../time/time.ts";

/** BUY fills of one wallet and token with gaps up to this are one decision. */
export const EPISODE_GAP_MS = 10 * MINUTE_MS;

export type OpenEpisode = { readonly cost: bigint; readonly shares: bigint; readonly lastAt: EpochMs };

/** `ended` episodes and the sum of their prices in micros; the latest one is kept apart because it may go on. */
export type TokenEpisodes = { readonly ended: number; readonly priceSum: bigint; readonly open: OpenEpisode | null };

export type Entries = {
  readonly episodes: readonly [TokenEpisodes, TokenEpisodes];
  /** Cost of the BUYs made while start and end of the market were known. */
  readonly timedCost: bigint;
  /** That cost times the share of the market's life still ahead, in the same micros. */
  readonly aheadCost: bigint;
  /** That cost times the milliseconds since the market's start. */
  readonly costMs: bigint;
};

export type MarketSpan = { readonly startsAt: EpochMs; readonly endsAt: EpochMs };

/** As the ledger books it: shares after a fee in shares, cost with a fee in collateral. */
export type Entry = {
  readonly at: EpochMs;
  readonly outcome: OutcomeIndex;
  readonly shares: ShareMicros;
  readonly cost: UsdMicros;
};

const NO_EPISODES: TokenEpisodes = { ended: 0, priceSum: 0n, open: null };
export const NO_ENTRIES: Entries = {
  episodes: [NO_EPISODES, NO_EPISODES],
  timedCost: 0n,
  aheadCost: 0n,
  costMs: 0n,
};

/** Entries of one unit in the order of the chain. `span` null: the market's start or end is not known. */
export function applyEntry(entries: Entries, entry: Entry, span: MarketSpan | null): Entries {
  const [first, second] = entries.episodes;
  const episodes =
    entry.outcome === 0
      ? ([applyEpisode(first, entry), second] as const)
      : ([first, applyEpisode(second, entry)] as const);
  if (span === null) return { ...entries, episodes };
  return {
    episodes,
    timedCost: entries.timedCost + entry.cost,
    aheadCost: entries.aheadCost + mulDiv(entry.cost, aheadMicros(entry.at, span), MICROS, "halfEven"),
    costMs: entries.costMs + entry.cost * BigInt(entry.at - span.startsAt),
  };
}

/** Null unless both are known and the market's life is longer than nothing. */
export const marketSpan = (startsAt: EpochMs | null, endsAt: EpochMs | null): MarketSpan | null =>
  startsAt !== null && endsAt !== null && endsAt > startsAt ? { startsAt, endsAt } : null;

/** Share of the market's life still ahead, 0 to 1 in micros; trading goes on after many a nominal end. */
function aheadMicros(at: EpochMs, { startsAt, endsAt }: MarketSpan): bigint {
  const ahead = mulDiv(BigInt(endsAt - at), MICROS, BigInt(endsAt - startsAt), "halfEven");
  return ahead < 0n ? 0n : ahead > MICROS ? MICROS : ahead;
}

function applyEpisode(token: TokenEpisodes, entry: Entry): TokenEpisodes {
  const { open } = token;
  if (entry.shares <= 0n) return token;
  if (open === null) return { ...token, open: { cost: entry.cost, shares: entry.shares, lastAt: entry.at } };
  if (entry.at - open.lastAt <= EPISODE_GAP_MS) {
    return { ...token, open: { cost: open.cost + entry.cost, shares: open.shares + entry.shares, lastAt: entry.at } };
  }
  return {
    ended: token.ended + 1,
    priceSum: token.priceSum + priceMicros(open),
    open: { cost: entry.cost, shares: entry.shares, lastAt: entry.at },
  };
}

const priceMicros = (open: OpenEpisode): bigint => mulDiv(open.cost, MICROS, open.shares, "halfEven");

/**
 * Mean over the unit's episodes of `payout − price − fee` per share, in micros. An entry at 0.95 that wins is worth
 * 0.05. Cut to one share's value either way, which only dust can pass. Null when nothing was bought.
 */
export function unitEdgeMicros(entries: Entries, numerators: readonly [bigint, bigint]): bigint | null {
  const total = numerators[0] + numerators[1];
  let episodes = 0;
  let edges = 0n;
  for (const outcome of [0, 1] as const) {
    const token = entries.episodes[outcome];
    const count = token.ended + (token.open === null ? 0 : 1);
    const prices = token.priceSum + (token.open === null ? 0n : priceMicros(token.open));
    episodes += count;
    edges += BigInt(count) * mulDiv(numerators[outcome], MICROS, total, "halfEven") - prices;
  }
  if (episodes === 0) return null;
  const mean = mulDiv(edges, 1n, BigInt(episodes), "halfEven");
  return mean > MICROS ? MICROS : mean < -MICROS ? -MICROS : mean;
}

export const boughtBothOutcomes = ({ episodes: [first, second] }: Entries): boolean =>
  first.ended + (first.open === null ? 0 : 1) > 0 && second.ended + (second.open === null ? 0 : 1) > 0;
