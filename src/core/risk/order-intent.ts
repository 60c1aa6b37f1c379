import type { CopyAccount, CopyTerms } from "../copy/copy-checks.ts";
import type { OrderRequest } from "../execution/order.ts";
import type { ClientOrderId, MarketId, PositionId, SignalId, TokenId } from "../ids/ids.ts";
import type { OutcomeIndex } from "../market/market.ts";
import type { PriceMicros, ShareMicros, UsdMicros } from "../money/amounts.ts";
import type { SizingConfig, SizingEvidence, Stake } from "../sizing/kelly.ts";
import type { EpochMs } from "../time/time.ts";
import type { EventStake } from "./event-exposure.ts";
import type { RiskLimits, TradingState } from "./limits.ts";
import type { EntryPause } from "./protections.ts";

type IntentIds = {
  readonly clientOrderId: ClientOrderId;
  readonly positionId: PositionId;
  readonly signalId: SignalId | null;
  readonly marketId: MarketId;
  readonly tokenId: TokenId;
  readonly outcomeIndex: OutcomeIndex;
};

export type EntryIntent = IntentIds & {
  readonly kind: "entry";
  /** The signal's own cap; the book's tick cuts it again. */
  readonly capPrice: PriceMicros;
  readonly confidence: number;
  readonly evidence: SizingEvidence;
  readonly endsAt: EpochMs | null;
  /** Until when it may rest, if it is an order that rests. */
  readonly expiresAt: EpochMs;
  readonly negRisk: boolean;
  readonly copy: CopyTerms;
};

export type ExitIntent = IntentIds & {
  readonly kind: "exit";
  readonly size: ShareMicros;
  readonly slippageBps: bigint;
};

export type OrderIntent = EntryIntent | ExitIntent;

/** The account as the check sees it. Orders in flight count as filled at their worst. */
export type AccountView = {
  readonly capitalUsd: UsdMicros;
  readonly tradingState: TradingState;
  readonly entriesStoppedUntil: EpochMs | null;
  readonly entryPause: EntryPause | null;
  /** After a stop loss in this market. */
  readonly cooldownUntil: EpochMs | null;
  readonly dayLossUsd: UsdMicros;
  readonly freeCashUsd: UsdMicros;
  readonly deployedUsd: UsdMicros;
  readonly openPositions: number;
  readonly marketHeld: boolean;
  /** What is held and on its way in the market's event group. */
  readonly eventStakes: readonly EventStake[];
  readonly copied: CopyAccount;
};

export type RiskRules = { readonly limits: RiskLimits; readonly sizing: SizingConfig };

/** The order as it would be sent, and the worst it can cost. */
export type OrderDraft = {
  readonly order: OrderRequest;
  readonly stake: Stake | null;
  readonly size: ShareMicros;
  /** Stake and the highest fee on it; 0 for an exit. */
  readonly worstCostUsd: UsdMicros;
};
