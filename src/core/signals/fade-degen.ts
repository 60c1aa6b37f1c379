import type { Address } from "../ids/ids.ts";
import { type ShareMicros, shares, sumUsd, type UsdMicros } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";
import { triggerOf } from "./follow-whale.ts";
import type { ObservedFill, WalletFacts } from "./observed-fill.ts";
import type { Trigger } from "./signal.ts";
import type { SignalRules } from "./signal-rules.ts";

/** One sell of a badly scored wallet, kept while it may still belong to a panic. */
export type PanicSell = {
  readonly wallet: Address;
  readonly at: EpochMs;
  readonly blockNumber: number;
  readonly size: ShareMicros;
  readonly cash: UsdMicros;
};

export const isDegen = (rules: SignalRules, wallet: WalletFacts): boolean =>
  rules.fadeDegens && wallet.scoredAt !== null && wallet.score < rules.maxFadeScore;

export type PanicDetection = { readonly sells: readonly PanicSell[]; readonly trigger: Trigger | null };

/**
 * Enough distinct wallets selling one token within the window are a panic. What they sold is then used up: the next
 * signal in this token needs as many again. Its price is their average, weighted by size.
 */
export function detectFadeDegen(
  rules: SignalRules,
  before: readonly PanicSell[],
  fill: ObservedFill,
  wallet: WalletFacts,
): PanicDetection {
  const sell: PanicSell = {
    wallet: fill.wallet,
    at: fill.occurredAt,
    blockNumber: fill.blockNumber,
    size: fill.size,
    cash: fill.cash,
  };
  const sells = [...keepRecentSells(before, fill.occurredAt, rules.panicWindowMs), sell];
  const panicWallets = [...new Set(sells.map((each) => each.wallet))];
  if (panicWallets.length < rules.panicWallets) return { sells, trigger: null };
  const cash = sumUsd(sells.map((each) => each.cash));
  const size = shares(sells.reduce((total, each) => total + each.size, 0n));
  return { sells: [], trigger: { ...triggerOf({ cash, size, fills: sells.length }, fill, wallet), panicWallets } };
}

export const keepRecentSells = (sells: readonly PanicSell[], at: EpochMs, windowMs: number): readonly PanicSell[] =>
  sells.filter((sell) => at - sell.at <= windowMs);
