import type { OrderResult } from "../execution/order.ts";
import { simulatePaperFill } from "../execution/paper-fill.ts";
import { mirrorBook } from "../execution/reverse-control.ts";
import type { BookLevel, OrderBook } from "../market/market.ts";
import { price, shares } from "../money/amounts.ts";
import type { ApprovedOrder } from "../risk/check-order.ts";
import { type EpochMs, epochMs } from "../time/time.ts";
import type { Quote, Tape } from "./tape.ts";

type Waiting = {
  readonly order: ApprovedOrder;
  readonly market: number;
  readonly sentBook: OrderBook | null;
  /** What it meets where that was recorded; null: the trades of the window show it. */
  readonly metBook: OrderBook | null;
  readonly arrivesAt: EpochMs;
  /** In terms of outcome 0. */
  readonly levels: BookLevel[];
  /** What the levels would fill of it, in micros of its own unit (BUY: collateral, SELL: shares). */
  offered: number;
};

export type Answer = { readonly order: ApprovedOrder; readonly result: OrderResult };

/** Half of what was traded is taken for ours by the shared fill function, so twice the wanted is looked for. */
const ENOUGH = 2.2;

/**
 * Orders of ours. Where no book was recorded, what traded at or through the limit after the order arrived is taken for
 * the book that it met. The shared fill function decides what it got.
 */
export class EvidenceOrders {
  private readonly tape: Tape;
  private readonly windowMs: number;
  private readonly delayMs: number;
  private readonly byMarket = new Map<number, Waiting[]>();
  private count = 0;

  /**
   * @param windowMs for how long after its arrival trades count as the book that an order met
   * @param delayMs from a trade to when it is known
   */
  constructor(tape: Tape, windowMs: number, delayMs: number) {
    this.tape = tape;
    this.windowMs = windowMs;
    this.delayMs = delayMs;
  }

  get size(): number {
    return this.count;
  }

  /** When the first one is over without another trade; infinite where none waits. */
  nextExpiry(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const list of this.byMarket.values()) {
      for (const waiting of list) next = Math.min(next, this.overAt(waiting));
    }
    return next;
  }

  isWaiting(market: number): boolean {
    return this.byMarket.has(market);
  }

  place(order: ApprovedOrder, market: number, facts: Pick<Waiting, "sentBook" | "metBook" | "arrivesAt">): void {
    const list = this.byMarket.get(market) ?? [];
    list.push({ order, market, ...facts, levels: [], offered: 0 });
    this.byMarket.set(market, list);
    this.count += 1;
  }

  /** A later trade. @returns the orders for which it was enough */
  show(market: number, quote: Quote): readonly Answer[] {
    const list = this.byMarket.get(market);
    if (list === undefined) return [];
    return this.take(market, list, (waiting) => {
      if (waiting.metBook !== null) return false;
      if (quote.at < waiting.arrivesAt || quote.at > waiting.arrivesAt + this.windowMs)
        return quote.at > waiting.arrivesAt;
      return offer(waiting, quote);
    });
  }

  /** Everything that is over at `at`, or, where a market is named, everything in that. */
  expire(at: number, market: number | null): readonly Answer[] {
    if (this.count === 0) return [];
    const over = (waiting: Waiting): boolean => waiting.market === market || at >= this.overAt(waiting);
    return [...this.byMarket].flatMap(([each, list]) => this.take(each, list, over));
  }

  private overAt({ arrivesAt, metBook }: Waiting): number {
    return metBook === null ? arrivesAt + this.windowMs + 1 + this.delayMs : arrivesAt;
  }

  private take(market: number, list: readonly Waiting[], isOver: (waiting: Waiting) => boolean): readonly Answer[] {
    const left: Waiting[] = [];
    const answers: Answer[] = [];
    for (const waiting of list) {
      if (isOver(waiting)) answers.push(this.answer(waiting));
      else left.push(waiting);
    }
    this.count -= answers.length;
    if (left.length === 0) this.byMarket.delete(market);
    else if (answers.length > 0) this.byMarket.set(market, left);
    return answers;
  }

  private answer({ order, market, sentBook, metBook, arrivesAt, levels }: Waiting): Answer {
    if (metBook !== null) return { order, result: simulatePaperFill(order, sentBook, metBook, arrivesAt) };
    const asks = levelsOf(order) === "asks";
    const sorted = levels.toSorted((a, b) => Number(asks ? a.price - b.price : b.price - a.price));
    const zero = this.tape.bookOf(market, order.outcomeIndex, asks ? [] : sorted, asks ? sorted : []);
    const met = order.outcomeIndex === 0 ? zero : mirrorBook(zero);
    return { order, result: simulatePaperFill(order, sentBook, met, epochMs(arrivesAt)) };
  }
}

/** Which side of outcome 0's book the order takes from. */
const levelsOf = ({ side, outcomeIndex }: ApprovedOrder): "asks" | "bids" =>
  (side === "BUY") === (outcomeIndex === 0) ? "asks" : "bids";

/** @returns whether it is enough now */
function offer(waiting: Waiting, quote: Quote): boolean {
  const { order } = waiting;
  if ((levelsOf(order) === "asks") !== quote.isAsk) return false;
  const own = order.outcomeIndex === 0 ? quote.price : 1e6 - quote.price;
  const limit = Number(order.limitPrice);
  if (order.side === "BUY" ? own > limit : own < limit) return false;
  waiting.levels.push({ price: price(BigInt(quote.price)), size: shares(BigInt(quote.size)) });
  waiting.offered += order.side === "BUY" ? (own * quote.size) / 1e6 : quote.size;
  const wanted = order.side === "BUY" ? order.stakeUsd : order.size;
  return waiting.offered >= ENOUGH * Number(wanted);
}
