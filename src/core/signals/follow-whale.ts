import { priceOf, type UsdMicros } from "../money/amounts.ts";
import { type Episode, extendEpisode } from "./episode.ts";
import type { ObservedFill, WalletFacts } from "./observed-fill.ts";
import type { Trigger } from "./signal.ts";
import type { SignalRules } from "./signal-rules.ts";

export const isWhale = (rules: SignalRules, wallet: WalletFacts): boolean =>
  rules.followWhales && wallet.followEligible && wallet.score >= rules.minWhaleScore;

export type Detection = { readonly episode: Episode; readonly trigger: Trigger | null };

/**
 * A whale's BUY: the first fill that brings its episode to `minTradeUsd` is the trigger.
 * @param isUsed the fill's order has given a signal before
 */
export function detectFollowWhale(
  rules: SignalRules,
  before: Episode | undefined,
  fill: ObservedFill,
  wallet: WalletFacts,
  minTradeUsd: UsdMicros,
  isUsed = false,
): Detection {
  const episode = extendEpisode(before, fill, rules.episodeGapMs, isUsed);
  if (episode.signalled || episode.cash < minTradeUsd) return { episode, trigger: null };
  return { episode: { ...episode, signalled: true }, trigger: triggerOf(episode, fill, wallet) };
}

export function triggerOf(
  evidence: Pick<Episode, "cash" | "size" | "fills">,
  fill: ObservedFill,
  wallet: WalletFacts,
): Trigger {
  return {
    wallet: fill.wallet,
    orderHash: fill.orderHash,
    blockNumber: fill.blockNumber,
    logIndex: fill.logIndex,
    price: priceOf(evidence.cash, evidence.size, "floor"),
    sizeUsd: evidence.cash,
    occurredAt: fill.occurredAt,
    knownAt: fill.knownAt,
    fills: evidence.fills ?? 1,
    panicWallets: [],
    walletTier: wallet.tier,
    walletScore: wallet.score,
    scoreVersion: wallet.scoreVersion,
    edgeLowerBound: wallet.edgeLowerBound,
  };
}
