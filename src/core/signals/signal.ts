import type { Side } from "../chain/fill.ts";
import type { SeenMarket } from "../execution/market-view.ts";
import type { TradingMode } from "../execution/position.ts";
import type { Address, MarketId, OrderHash, SignalId, TokenId } from "../ids/ids.ts";
import type { OutcomeIndex } from "../market/market.ts";
import type { PriceMicros, UsdMicros } from "../money/amounts.ts";
import type { Refusal, RiskCheck } from "../risk/limits.ts";
import type { EpochMs } from "../time/time.ts";
import { factId } from "./fact-id.ts";

export type SignalType = "FOLLOW_WHALE" | "FADE_DEGEN" | "ML_PREDICTION" | "EXIT_FOLLOW";
export type SignalStatus = "PENDING" | "EXECUTED" | "SKIPPED" | "EXPIRED";

/** Where a PENDING signal stands on its way to the venue. */
export type SignalStage = "AWAITING_BOOK" | "BOOK_FAILED" | "ORDER_IN_FLIGHT" | "DONE";

/** The fill that completed the condition; the signal's id comes from its facts. */
export type Trigger = {
  readonly wallet: Address;
  readonly orderHash: OrderHash;
  readonly blockNumber: number;
  readonly logIndex: number;
  /** Average over the episode (FOLLOW_WHALE, EXIT_FOLLOW) or over the panic's sells (FADE_DEGEN). */
  readonly price: PriceMicros;
  readonly sizeUsd: UsdMicros;
  readonly occurredAt: EpochMs;
  readonly knownAt: EpochMs;
  /** How many fills made the episode or the panic. */
  readonly fills: number;
  /** FADE_DEGEN: the distinct wallets of the panic. Empty for the others, which have one wallet. */
  readonly panicWallets: readonly Address[];
  readonly walletTier: string;
  readonly walletScore: number;
  readonly scoreVersion: number;
  readonly edgeLowerBound: number | null;
};

/** What a model saw and said. */
export type ModelView = {
  /** Of the model's file. */
  readonly hash: string;
  readonly probability: number;
  /** What sizing takes for the chance of winning. */
  readonly lowerProbability: number;
  /** USD per share that has to be left after price and fee. */
  readonly margin: number;
  readonly features: Readonly<Record<string, number>>;
};

/** A reason to act and what became of it. Kept for ever, whatever became of it. */
export type Signal = {
  readonly id: SignalId;
  readonly type: SignalType;
  readonly side: Side;
  readonly marketId: MarketId;
  readonly tokenId: TokenId;
  readonly outcomeIndex: OutcomeIndex;
  readonly marketTitle: string | null;
  readonly outcome: string | null;
  readonly category: string | null;
  readonly eventId: string | null;
  readonly endsAt: EpochMs | null;
  /** As in MarketFacts. */
  readonly negRisk?: boolean | null;
  readonly trigger: Trigger;
  /** BUY: the most we pay. SELL: the least we take; null until the bid is known. */
  readonly limitPrice: PriceMicros | null;
  readonly confidence: number;
  /** ML_PREDICTION alone. */
  readonly model?: ModelView;
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs;
  readonly status: SignalStatus;
  readonly stage: SignalStage;
  /** Why nothing was done: SKIPPED and EXPIRED. */
  readonly refusal: Refusal | null;
  /** Every check in the order it was made, with its figures. */
  readonly checks: readonly RiskCheck[];
  /** The market that those checks looked at; null until there was a book to look at. */
  readonly seen: SeenMarket | null;
  readonly kelly: number | null;
  readonly stakeUsd: UsdMicros | null;
  readonly executedAt: EpochMs | null;
};

const PREFIX: Readonly<Record<SignalType, string>> = {
  FOLLOW_WHALE: "FW",
  FADE_DEGEN: "FD",
  ML_PREDICTION: "ML",
  EXIT_FOLLOW: "EX",
};

/**
 * From the fill that completed the condition: a replay or a restart doubles nothing, and an order that goes on being
 * filled for days never takes an old signal's place. Live ones begin with an L: paper may have acted on the same trigger
 * a moment before.
 */
export const signalId = (
  type: SignalType,
  marketId: MarketId,
  outcomeIndex: OutcomeIndex,
  { orderHash, blockNumber, logIndex }: Pick<Trigger, "orderHash" | "blockNumber" | "logIndex">,
  mode: TradingMode = "PAPER",
): SignalId => {
  const facts = factId(marketId, outcomeIndex, orderHash, blockNumber, logIndex);
  return `${mode === "LIVE" ? "L" : ""}${PREFIX[type]}-${facts}` as SignalId;
};
