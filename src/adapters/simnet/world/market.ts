import { conditionId, marketTokens } from "../../../core/chain/token-ids.ts";
import { type Address, type MarketId, parseAddress, type TokenId } from "../../../core/ids/ids.ts";
import { NEG_RISK_ADAPTER, UMA_ADAPTER } from "../chain/contracts.ts";
import type { Outcome } from "./units.ts";

export type MarketKind = "updown15m" | "daily";

export type SimEvent = {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  readonly category: string;
  /** Shared prefix of the questions of a neg-risk event; null for a market that stands alone. */
  readonly negRiskMarketId: string | null;
  /** What a conversion between its questions costs, in hundredths of a percent. */
  readonly conversionFeeBips: number;
};

/** Terms of trade, as Gamma and the CLOB publish them. */
export type MarketTerms = {
  readonly tickPips: number;
  readonly minLots: number;
  /** V2 taker rate in basis points: 700 is 0.07 in the published formula. */
  readonly takerRateBps: number;
  /** `feeRateBps` signed into V1 orders. */
  readonly v1FeeBps: number;
};

export type MarketFacts = {
  readonly index: number;
  readonly kind: MarketKind;
  /** Whose crowd trades it: an asset, or the topic of daily questions. */
  readonly topic: number;
  readonly event: SimEvent;
  readonly title: string;
  readonly slug: string;
  readonly outcomes: readonly [string, string];
  readonly questionId: string;
  /** All times in milliseconds since 1970. */
  readonly createdAt: number;
  readonly opensAt: number;
  readonly endsAt: number;
  readonly resolvesAt: number;
  readonly terms: MarketTerms;
  /** What each outcome will pay, as numerators: known to the world, and noisily to informed wallets. */
  readonly payout: readonly [number, number];
  /** Public probability of outcome 0 at a time. */
  fairAt(at: number): number;
};

export type SimMarket = MarketFacts & {
  readonly negRisk: boolean;
  readonly oracle: Address;
  readonly conditionId: MarketId;
  /** Computed on first use: square roots modulo P are dear and most past markets are never asked for. */
  tokenIds(): readonly [TokenId, TokenId];
};

export function createMarket(facts: MarketFacts): SimMarket {
  const negRisk = facts.event.negRiskMarketId !== null;
  const oracle = parseAddress(negRisk ? NEG_RISK_ADAPTER : UMA_ADAPTER);
  const condition = conditionId(oracle, facts.questionId);
  let tokens: readonly [TokenId, TokenId] | null = null;
  return {
    ...facts,
    negRisk,
    oracle,
    conditionId: condition,
    tokenIds() {
      tokens ??= marketTokens(condition, oracle).tokenIds;
      return tokens;
    },
  };
}

/** The outcome that pays more; outcome 0 when both pay half. */
export const winner = (market: MarketFacts): Outcome => (market.payout[0] >= market.payout[1] ? 0 : 1);

/** Share of the market's trading time that is over, 0 to 1. */
export const lifeShare = (market: Pick<MarketFacts, "opensAt" | "endsAt">, at: number): number =>
  Math.min(1, Math.max(0, (at - market.opensAt) / (market.endsAt - market.opensAt)));
