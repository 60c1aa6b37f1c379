import type { Side } from "../core/chain/fill.ts";
import type { Address, MarketId, TokenId, TxHash } from "../core/ids/ids.ts";
import type { PriceMicros, ShareMicros } from "../core/money/amounts.ts";
import type { EpochMs } from "../core/time/time.ts";

/** Somebody says that this fill happened; its log, which alone proves it, may come later, or never. */
export type TradeHint = {
  /** Name of the source, e.g. "rtds". */
  readonly source: string;
  readonly txHash: TxHash;
  readonly wallet: Address;
  readonly tokenId: TokenId;
  readonly marketId: MarketId | null;
  readonly side: Side;
  readonly size: ShareMicros;
  readonly price: PriceMicros;
  /** As the source says. */
  readonly occurredAt: EpochMs;
  readonly receivedAt: EpochMs;
};

/** A fast source of trades. It may miss some, repeat some, and say what never comes true. */
export type TradeHintSource = {
  readonly name: string;
  /** Calls `onHint` until `signal` aborts. Reconnects by itself and never fails. */
  subscribe(onHint: (hint: TradeHint) => void, signal: AbortSignal): void;
};

/** Where the log of a hinted fill stands, and when it came. */
export type HintMatch = {
  readonly logReceivedAt: EpochMs;
  readonly blockNumber: number;
  readonly logIndex: number;
};

export type HeldHint = { readonly hint: TradeHint; readonly match: HintMatch | null };

export type HintStore = {
  /** Idempotent; a match that is known stays. */
  save(hints: readonly HeldHint[]): Promise<void>;
  /** Forgets hints received before this. */
  prune(before: EpochMs): Promise<void>;
};
