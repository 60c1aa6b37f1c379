/**
 * What a backtest reads: the past as columns, wallets, tokens and markets under small integer keys. A source may be the
 * archive with the database, simnet's world, or a table in a test.
 */
import type { Address, MarketId, OrderHash, TokenId } from "../ids/ids.ts";
import type { FeeSchedule } from "../market/market.ts";
import type { PriceMicros, ShareMicros } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";
import type { RecordedBook } from "./recorded-books.ts";

/** Bits of `FillBatch.traits`; from bit 3 up the exchange's version stands. */
export const TRAIT = { sell: 1, maker: 2, feeInShares: 4 } as const;
export const VERSION_SHIFT = 3;

/** Fills in the order of the chain. Amounts are whole micros below 2⁵³. */
export type FillBatch = {
  readonly length: number;
  readonly blockNumber: ArrayLike<number>;
  readonly logIndex: ArrayLike<number>;
  /** When it happened, in milliseconds since 1970. */
  readonly occurredAt: ArrayLike<number>;
  readonly wallet: ArrayLike<number>;
  readonly token: ArrayLike<number>;
  readonly traits: ArrayLike<number>;
  readonly size: ArrayLike<number>;
  readonly cash: ArrayLike<number>;
  readonly fee: ArrayLike<number>;
  /** Asked of few rows only. */
  orderHash(row: number): OrderHash;
};

export type HistoryMarket = {
  readonly marketId: MarketId;
  readonly title: string | null;
  readonly outcomes: readonly [string | null, string | null];
  readonly category: string | null;
  readonly eventId: string | null;
  readonly startsAt: EpochMs | null;
  readonly endsAt: EpochMs | null;
  readonly tickSize: PriceMicros | null;
  readonly minOrderSize: ShareMicros | null;
  /** Of V2 and V3; null: not known. */
  readonly fee: FeeSchedule | null;
  readonly isCombo: boolean;
};

export type HistoryResolution = {
  readonly marketKey: number;
  readonly blockNumber: number;
  readonly logIndex: number;
  readonly at: EpochMs;
  readonly payoutNumerators: readonly [bigint, bigint];
};

/** Keys run from 0 to below the given number; a key without a row has an empty address or id. */
export type HistoryFacts = {
  readonly wallets: number;
  address(wallet: number): Address;
  /** Market of each token; −1: not known. */
  readonly tokenMarket: Int32Array;
  readonly tokenOutcome: Uint8Array;
  tokenId(token: number): TokenId;
  readonly markets: readonly (HistoryMarket | undefined)[];
  /** In the order of the chain. */
  readonly resolutions: readonly HistoryResolution[];
  /** In the order in which the executor saw them. Absent: none was recorded. */
  readonly books?: readonly RecordedBook[];
};
