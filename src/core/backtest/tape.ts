/**
 * What trades say about the book where nobody recorded it. A taker who buys shows an ask, one who sells shows a bid; what
 * happens to outcome 1 shows the other side of outcome 0, because the venue matches the two in one book.
 */
import type { MarketTerms } from "../execution/market-view.ts";
import { mirrorBook } from "../execution/reverse-control.ts";
import { type BookLevel, type FeeSchedule, NO_FEE, type OrderBook, type OutcomeIndex } from "../market/market.ts";
import { type PriceMicros, price, type ShareMicros, shares } from "../money/amounts.ts";
import { epochMs } from "../time/time.ts";
import { type FillBatch, type HistoryFacts, type HistoryMarket, TRAIT, VERSION_SHIFT } from "./history.ts";

/** In terms of outcome 0, in micros; the size is what the taker got at that price. */
export type Quote = { readonly isAsk: boolean; readonly price: number; readonly size: number; readonly at: number };

const MICROS = 1e6;
/** For markets whose terms are not known: the venue's usual ones. */
const USUAL_TICK = price(10_000n);
const USUAL_MIN_SIZE = shares(5_000_000n);

/** A maker's leg says the same as the taker's, and dust has no price between 0 and 1. */
export function isQuote(batch: FillBatch, row: number): boolean {
  const cash = batch.cash[row] as number;
  return ((batch.traits[row] as number) & TRAIT.maker) === 0 && cash > 0 && cash < (batch.size[row] as number);
}

export function quoteOf(batch: FillBatch, row: number, outcome: number): Quote {
  const isAsk = isAskOf(batch, row, outcome);
  const price = priceInZero(batch, row, outcome, isAsk);
  return { isAsk, price, size: batch.size[row] as number, at: batch.occurredAt[row] as number };
}

const isAskOf = (batch: FillBatch, row: number, outcome: number): boolean =>
  (((batch.traits[row] as number) & TRAIT.sell) === 0) === (outcome === 0);

/** Rounded against us where it does not come out even. */
function priceInZero(batch: FillBatch, row: number, outcome: number, isAsk: boolean): number {
  const own = ((batch.cash[row] as number) / (batch.size[row] as number)) * MICROS;
  const inZero = outcome === 0 ? own : MICROS - own;
  return isAsk ? Math.ceil(inZero - 1e-6) : Math.floor(inZero + 1e-6);
}

/** The last quote of either side of every market, and the terms that markets had. */
export class Tape {
  private readonly facts: HistoryFacts;
  private readonly price: readonly [bids: Float64Array, asks: Float64Array];
  private readonly size: readonly [bids: Float64Array, asks: Float64Array];
  private readonly at: Float64Array;
  /** By the version of the exchange that settled the market's last trade: V1 took no fee from those who trade today. */
  private readonly version: Uint8Array;
  private readonly tokens: Int32Array;

  constructor(facts: HistoryFacts) {
    const count = facts.markets.length;
    this.facts = facts;
    this.price = [new Float64Array(count).fill(Number.NaN), new Float64Array(count).fill(Number.NaN)];
    this.size = [new Float64Array(count), new Float64Array(count)];
    this.at = new Float64Array(count);
    this.version = new Uint8Array(count);
    this.tokens = tokensOf(facts);
  }

  /** The row is a quote. */
  show(market: number, batch: FillBatch, row: number, outcome: number): void {
    const isAsk = isAskOf(batch, row, outcome);
    const seen = priceInZero(batch, row, outcome, isAsk);
    const side = isAsk ? 1 : 0;
    this.price[side][market] = seen;
    this.size[side][market] = batch.size[row] as number;
    this.at[market] = batch.occurredAt[row] as number;
    this.version[market] = (batch.traits[row] as number) >> VERSION_SHIFT;
    // The other side was seen earlier: where the two cross, it has moved.
    const other = this.price[1 - side] as Float64Array;
    const known = other[market] as number;
    if (isAsk ? known >= seen : known <= seen) other[market] = Number.NaN;
  }

  /** Best bid and ask of the outcome, in micros; NaN: not seen. */
  best(market: number, outcome: OutcomeIndex): { readonly bid: number; readonly ask: number } {
    const [bid, ask] = [this.price[0][market] as number, this.price[1][market] as number];
    return outcome === 0 ? { bid, ask } : { bid: MICROS - ask, ask: MICROS - bid };
  }

  /** As it was last seen: one level a side at most. */
  book(market: number, outcome: OutcomeIndex): OrderBook {
    const level = (side: 0 | 1): readonly BookLevel[] => {
      const at = this.price[side][market] as number;
      return Number.isNaN(at)
        ? []
        : [{ price: price(BigInt(at)), size: shares(BigInt(this.size[side][market] as number)) }];
    };
    return outcome === 0
      ? this.bookOf(market, 0, level(0), level(1))
      : mirrorBook(this.bookOf(market, 1, level(0), level(1)));
  }

  bookOf(market: number, outcome: OutcomeIndex, bids: readonly BookLevel[], asks: readonly BookLevel[]): OrderBook {
    const info = this.facts.markets[market];
    return {
      tokenId: this.facts.tokenId(this.tokenOf(market, outcome)),
      ...{ bids, asks, tickSize: tickOf(info), minOrderSize: minOrderSizeOf(info) },
      asOf: epochMs(this.at[market] as number),
    };
  }

  terms(market: number): MarketTerms {
    const info = this.facts.markets[market];
    const common = { tickSize: tickOf(info), minOrderSize: minOrderSizeOf(info), acceptingOrders: true };
    return { ...common, fee: this.fee(market) };
  }

  /** As of the last trade: V1 gave its fees back, V2 and V3 charge by the market's schedule. */
  fee(market: number): FeeSchedule {
    return this.version[market] === 1 ? NO_FEE : (this.facts.markets[market]?.fee ?? NO_FEE);
  }

  tokenOf(market: number, outcome: OutcomeIndex): number {
    return this.tokens[2 * market + outcome] as number;
  }
}

/** Each market's two tokens. */
function tokensOf({ tokenMarket, tokenOutcome, markets }: HistoryFacts): Int32Array {
  const tokens = new Int32Array(2 * markets.length);
  for (let token = 0; token < tokenMarket.length; token += 1) {
    const market = tokenMarket[token] as number;
    if (market >= 0) tokens[2 * market + (tokenOutcome[token] as number)] = token;
  }
  return tokens;
}

const tickOf = (market: HistoryMarket | undefined): PriceMicros => market?.tickSize ?? USUAL_TICK;
const minOrderSizeOf = (market: HistoryMarket | undefined): ShareMicros => market?.minOrderSize ?? USUAL_MIN_SIZE;
