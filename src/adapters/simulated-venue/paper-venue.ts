import { AbortedError } from "../../core/errors.ts";
import { simulateFill } from "../../core/execution/simulate-fill.ts";
import type { BookSource } from "../../ports/book-source.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Venue } from "../../ports/venue.ts";

export type PaperVenueOptions = {
  readonly books: BookSource;
  readonly clock: Clock;
  /** From decision to match: what a real order would take on its way. */
  readonly latencyMs: number;
};

/**
 * The real book, our own order only imagined: it waits as long as an order would take, then fills against what the
 * book shows by then. It keeps nothing, so an order that is placed again (after a restart) is simply filled later, or
 * not at all once it is too old.
 */
export function createPaperVenue({ books, clock, latencyMs }: PaperVenueOptions): Venue {
  return {
    mode: "PAPER",
    async place(order, signal) {
      await clock.sleep(latencyMs, signal);
      if (signal.aborted) throw new AbortedError();
      // Too old whatever the book says, also where the book cannot be read.
      if (clock.nowMs() > order.goodUntil) return simulateFill(order, null, clock.nowMs());
      const book = await books.fetchBook(order.tokenId, signal);
      return simulateFill(order, book, clock.nowMs());
    },
  };
}
