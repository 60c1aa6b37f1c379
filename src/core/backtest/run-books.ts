import type { OrderBook, OutcomeIndex } from "../market/market.ts";
import type { EpochMs } from "../time/time.ts";
import type { HistoryFacts } from "./history.ts";
import { RecordedBooks } from "./recorded-books.ts";
import type { Tape } from "./tape.ts";

/** Where the books came from that decisions were made on, or that orders met. */
export type PriceSources = { readonly recorded: number; readonly evidence: number };
export type Priced = { readonly decisions: PriceSources; readonly orders: PriceSources };

type Seen = { readonly book: OrderBook; readonly observedAt: EpochMs; readonly acceptingOrders: boolean };

/** The books of a run: as the executor recorded them where it did, otherwise as trades last showed them. */
export class RunBooks {
  readonly priced = { decisions: { recorded: 0, evidence: 0 }, orders: { recorded: 0, evidence: 0 } };
  private readonly facts: HistoryFacts;
  private readonly tape: Tape;
  private readonly recorded: RecordedBooks;

  /** @param ageMsMax an older book is none to decide on */
  constructor(facts: HistoryFacts, tape: Tape, ageMsMax: number) {
    this.facts = facts;
    this.tape = tape;
    this.recorded = new RecordedBooks(facts, ageMsMax);
  }

  /** For a decision. */
  see(market: number, outcome: OutcomeIndex, at: EpochMs): Seen {
    const recorded = this.recordedOf(market, outcome, at);
    this.priced.decisions[recorded === null ? "evidence" : "recorded"] += 1;
    return recorded ?? { book: this.tape.book(market, outcome), observedAt: at, acceptingOrders: true };
  }

  /** What an order left behind and what it meets; `metBook` null: later trades show it. */
  meet(market: number, outcome: OutcomeIndex, sentAt: EpochMs, arrivesAt: EpochMs) {
    const sentBook = this.recordedOf(market, outcome, sentAt)?.book ?? this.tape.book(market, outcome);
    const metBook = this.recordedOf(market, outcome, arrivesAt)?.book ?? null;
    this.priced.orders[metBook === null ? "evidence" : "recorded"] += 1;
    return { sentBook, metBook, arrivesAt };
  }

  private recordedOf(market: number, outcome: OutcomeIndex, at: EpochMs): Seen | null {
    const token = this.tape.tokenOf(market, outcome);
    const recorded = this.recorded.at(token, at);
    if (recorded === null) return null;
    const { book, at: observedAt, acceptingOrders } = recorded;
    return { book: { ...book, tokenId: this.facts.tokenId(token) }, observedAt, acceptingOrders };
  }
}
