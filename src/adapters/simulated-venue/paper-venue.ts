import { AbortedError, TransientError } from "../../core/errors.ts";
import { simulatePaperFill } from "../../core/execution/paper-fill.ts";
import { simulateFill } from "../../core/execution/simulate-fill.ts";
import type { OrderBook } from "../../core/market/market.ts";
import type { ApprovedOrder } from "../../core/risk/check-order.ts";
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
 * book shows by then, pessimistically. It keeps nothing, so an order that is placed again (after a restart) is simply
 * filled later, or not at all once it is too old.
 */
export function createPaperVenue({ books, clock, latencyMs }: PaperVenueOptions): Venue {
  /** Only for the optimistic estimate: an order does not wait for it. */
  const lookOnce = async (order: ApprovedOrder, signal: AbortSignal): Promise<OrderBook | null> => {
    try {
      return await books.fetchBook(order.tokenId, signal);
    } catch (error) {
      if (error instanceof TransientError || error instanceof AbortedError) return null;
      throw error;
    }
  };
  return {
    mode: "PAPER",
    async place(order, signal) {
      const [whenSent] = await Promise.all([lookOnce(order, signal), clock.sleep(latencyMs, signal)]);
      if (signal.aborted) throw new AbortedError();
      // Too old whatever the book says, also where the book cannot be read.
      if (clock.nowMs() > order.goodUntil) return simulateFill(order, null, clock.nowMs());
      const onArrival = await books.fetchBook(order.tokenId, signal);
      return simulatePaperFill(order, whenSent, onArrival, clock.nowMs());
    },
  };
}
