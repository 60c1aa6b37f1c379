import type { OrderHash, TokenId, TxHash } from "../ids/ids.ts";
import type { PriceMicros, ShareMicros } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";
import type { VenueSign } from "./venue-state.ts";

/** What has to change before such an order can be accepted (API sheet, section 2.8). */
export type RefusalClass =
  /** Signature, wallet, credentials, domain version: nothing will be accepted; stop and say so. */
  | "config"
  /** Signed for another exchange than the venue trades the market on: what the market is has to be asked anew. */
  | "version"
  | "auth"
  | "funds"
  /** The tick is not what we think: read it anew and build the order once more. */
  | "tick"
  | "size"
  /** Our rounding is wrong: never sent again as it is. */
  | "amounts"
  | "market"
  /** The account may only reduce. */
  | "closed-only"
  | "other";

/** What `POST /order` told us. Only `accepted` and `duplicate` mean that the order exists. */
export type OrderAnswer =
  | {
      readonly kind: "accepted";
      readonly orderHash: OrderHash;
      /** matched: crossed, settlement is still to come. delayed: held by the venue. unmatched: may or may not rest. */
      readonly status: "live" | "matched" | "delayed" | "unmatched";
      readonly tradeIds: readonly string[];
      /** In 10⁻⁶, as far as matched; null where the venue leaves them out. */
      readonly makingAmount: bigint | null;
      readonly takingAmount: bigint | null;
    }
  /** These bytes have arrived before; what became of the order is asked by its hash. */
  | { readonly kind: "duplicate" }
  /** Nothing to match with at this price: an outcome, no error. */
  | { readonly kind: "no-fill" }
  | { readonly kind: "refused"; readonly class: RefusalClass; readonly text: string }
  | { readonly kind: "unavailable"; readonly sign: VenueSign }
  | { readonly kind: "rate-limited"; readonly retryAfterMs: number | null }
  /** It may have happened: the same bytes may be sent again, and nothing else. */
  | { readonly kind: "unknown"; readonly text: string };

/** What the venue says of an order when asked; `gone` ones will match no more. */
export type VenueOrder = {
  readonly orderHash: OrderHash;
  readonly tokenId: TokenId;
  readonly side: "BUY" | "SELL";
  readonly status: "live" | "delayed" | "matched" | "gone";
  readonly price: PriceMicros;
  readonly size: ShareMicros;
  readonly matched: ShareMicros;
  readonly tradeIds: readonly string[];
};

/**
 * A match on its way to the chain. CONFIRMED and FAILED are final; only CONFIRMED moved money (API sheet, section 2.7).
 * RETRYING and MATCHED_NOT_BROADCASTED are still under way.
 */
export type TradeStatus = "MATCHED" | "MINED" | "CONFIRMED" | "RETRYING" | "FAILED";

/** One of our matches: our side of it alone, whichever side the venue calls taker. */
export type VenueTrade = {
  readonly id: string;
  readonly orderHash: OrderHash;
  readonly tokenId: TokenId;
  readonly side: "BUY" | "SELL";
  readonly role: "taker" | "maker";
  readonly price: PriceMicros;
  readonly size: ShareMicros;
  readonly status: TradeStatus;
  /** null until it is on the chain. */
  readonly txHash: TxHash | null;
  readonly matchedAt: EpochMs;
};

/** The venue repeats itself and its messages overtake each other: what is final stays. */
export function laterStatus(known: TradeStatus, said: TradeStatus): TradeStatus {
  if (known === "CONFIRMED" || known === "FAILED") return known;
  // A settlement that is tried again is not mined any more, so only the step back to MATCHED is an old message.
  return said === "MATCHED" ? known : said;
}

/** @returns what is known of each trade after `said`, one entry for each trade and order of ours */
export function mergeTrades(known: readonly VenueTrade[], said: readonly VenueTrade[]): readonly VenueTrade[] {
  const merged = new Map(known.map((trade) => [tradeKey(trade), trade]));
  for (const trade of said) {
    const before = merged.get(tradeKey(trade));
    const status = before === undefined ? trade.status : laterStatus(before.status, trade.status);
    merged.set(tradeKey(trade), { ...trade, status });
  }
  return [...merged.values()];
}

const tradeKey = ({ id, orderHash }: VenueTrade): string => `${id} ${orderHash}`;
