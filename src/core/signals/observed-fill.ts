import type { Side } from "../chain/fill.ts";
import type { Address, MarketId, OrderHash, TokenId } from "../ids/ids.ts";
import type { OutcomeIndex } from "../market/market.ts";
import { type PriceMicros, priceOf, type ShareMicros, type UsdMicros } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";

/** What the executor needs of a fill. */
export type ObservedFill = {
  readonly blockNumber: number;
  readonly logIndex: number;
  readonly orderHash: OrderHash;
  readonly wallet: Address;
  readonly side: Side;
  readonly tokenId: TokenId;
  readonly size: ShareMicros;
  /** Gross of the fee. */
  readonly cash: UsdMicros;
  readonly occurredAt: EpochMs;
  readonly knownAt: EpochMs;
  /** What the wallet held of this token just before, by the ledger; only for sells of what we hold because of it. */
  readonly heldBefore: ShareMicros | null;
};

/** The wallet's standing when the fill was read. */
export type WalletFacts = {
  readonly score: number;
  readonly tier: string;
  readonly followEligible: boolean;
  /** USD per share, one-sided 95 %; null: not measured. */
  readonly edgeLowerBound: number | null;
  readonly scoreVersion: number;
  /** null: the wallet has never been scored and stands at 5.0. */
  readonly scoredAt: EpochMs | null;
};

export const UNSCORED_WALLET: WalletFacts = {
  score: 5,
  tier: "AVERAGE",
  followEligible: false,
  edgeLowerBound: null,
  scoreVersion: 0,
  scoredAt: null,
};

/** The market as our own database knows it; trading terms are asked from the venue before an order. */
export type MarketFacts = {
  readonly marketId: MarketId;
  readonly outcomeIndex: OutcomeIndex;
  readonly title: string | null;
  readonly outcome: string | null;
  readonly category: string | null;
  readonly eventId: string | null;
  readonly endsAt: EpochMs | null;
  readonly tickSize: PriceMicros | null;
  /** One of a group of which exactly one resolves to yes; null: not known. Absent in steps of an older version. */
  readonly negRisk?: boolean | null;
};

export const fillPrice = (fill: Pick<ObservedFill, "cash" | "size">): PriceMicros =>
  priceOf(fill.cash, fill.size, "floor");
