/** What the model looks at beside the trigger: the wallet's record and the market's last minutes, as known at the fill. */
import type { OutcomeIndex } from "../market/market.ts";
import { MINUTE_MS } from "../time/time.ts";

/** A wallet's record over the lookback; rates as in `Score`. */
export type WalletProfile = {
  /** Closed, complete units. */
  readonly units: number;
  readonly winRate: number;
  readonly avgProfit: number;
  readonly roiDeviation: number;
  /** Part of the score, 0 to 1. */
  readonly timing: number;
  /** Paid into a unit on average, in USD. */
  readonly usualUsd: number;
};

/** A fill of the market that stands before the trigger on the chain. */
export type FlowTrade = TapeTrade & {
  /** Of its wallet, as published when the trigger was seen; 5 for one that was never scored. */
  readonly score: number;
};

export type TapeTrade = {
  /** When it happened, in milliseconds since 1970. */
  readonly at: number;
  /** Any name that two trades of one wallet share. */
  readonly wallet: number;
  readonly outcome: OutcomeIndex;
  readonly isSell: boolean;
  readonly isMaker: boolean;
  readonly usd: number;
  readonly shares: number;
};

/** Sums over the last minutes, seen from the outcome that the trigger bought. */
export type MarketFlow = {
  /** What takers paid and got, in USD. */
  readonly turnoverUsd: number;
  /** Of it for the outcome less against it. */
  readonly netUsd: number;
  /** Price of the outcome at the window's first taker; null: there was none. */
  readonly firstPrice: number | null;
  /** What the scores of all other wallets stand above 5: of those for the outcome less of those against it. */
  readonly agreement: number;
};

export type ModelContext = { readonly profile: WalletProfile; readonly flow: MarketFlow };

/** How far back the flow looks, and at how many fills at most: a busy market must not cost more. */
export const FLOW_WINDOW_MS = 10 * MINUTE_MS;
export const FLOW_TRADES_MAX = 200;

const NEUTRAL = 5;

/** @param trades at most `FLOW_TRADES_MAX` before the trigger, within `FLOW_WINDOW_MS`, in the order of the chain */
export function sumFlow(trades: readonly FlowTrade[], wallet: number, outcome: OutcomeIndex): MarketFlow {
  let [turnoverUsd, netUsd, agreement] = [0, 0, 0];
  let firstPrice: number | null = null;
  const stands = new Map<number, { forUsd: number; readonly score: number }>();
  for (const trade of trades) {
    const isFor = (trade.outcome === outcome) !== trade.isSell;
    const signed = isFor ? trade.usd : -trade.usd;
    if (!trade.isMaker && trade.shares > 0) {
      turnoverUsd += trade.usd;
      netUsd += signed;
      const price = trade.usd / trade.shares;
      firstPrice ??= trade.outcome === outcome ? price : 1 - price;
    }
    if (trade.wallet === wallet) continue;
    const stand = stands.get(trade.wallet);
    if (stand === undefined) stands.set(trade.wallet, { forUsd: signed, score: trade.score });
    else stand.forUsd += signed;
  }
  for (const { forUsd, score } of stands.values()) agreement += Math.sign(forUsd) * (score - NEUTRAL);
  return { turnoverUsd, netUsd, firstPrice, agreement };
}
