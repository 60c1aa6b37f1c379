import { AbortedError, TransientError } from "../../core/errors.ts";
import { mayRest, type OrderResult } from "../../core/execution/order.ts";
import {
  type RestingPair,
  restAfter,
  simulatePaperFill,
  watchRest,
  withRest,
} from "../../core/execution/paper-fill.ts";
import { simulateFill } from "../../core/execution/simulate-fill.ts";
import type { ClientOrderId } from "../../core/ids/ids.ts";
import type { OrderBook } from "../../core/market/market.ts";
import type { ApprovedOrder } from "../../core/risk/check-order.ts";
import { SECOND_MS } from "../../core/time/time.ts";
import type { BookSource } from "../../ports/book-source.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Venue } from "../../ports/venue.ts";

export type PaperVenueOptions = {
  readonly books: BookSource;
  readonly clock: Clock;
  /** From decision to match: what a real order would take on its way. */
  readonly latencyMs: number;
};

/** What rests is held against the book so often. */
const REST_LOOK_MS = SECOND_MS;

/**
 * The real book, our own order only imagined: it waits as long as an order would take, then fills against what the
 * book shows by then, pessimistically; what may rest waits for the market to trade through it. It keeps nothing, so an
 * order that is placed again (after a restart) is simply filled later, or not at all once it is too old.
 */
export function createPaperVenue({ books, clock, latencyMs }: PaperVenueOptions): Venue {
  const resting = new Map<ClientOrderId, AbortController>();

  /** null: not to be had now; where an order does not hang on it. */
  const lookOnce = async (order: ApprovedOrder, signal: AbortSignal): Promise<OrderBook | null> => {
    try {
      return await books.fetchBook(order.tokenId, signal);
    } catch (error) {
      if (error instanceof TransientError || error instanceof AbortedError) return null;
      throw error;
    }
  };

  async function arrive(order: ApprovedOrder, signal: AbortSignal) {
    const [whenSent] = await Promise.all([lookOnce(order, signal), clock.sleep(latencyMs, signal)]);
    if (signal.aborted) throw new AbortedError();
    // Too old whatever the book says, also where the book cannot be read.
    if (clock.nowMs() > order.goodUntil) return { result: simulateFill(order, null, clock.nowMs()), onArrival: null };
    const onArrival = await books.fetchBook(order.tokenId, signal);
    return { result: simulatePaperFill(order, whenSent, onArrival, clock.nowMs()), onArrival };
  }

  async function rest(order: ApprovedOrder, first: RestingPair, until: AbortSignal): Promise<RestingPair> {
    let pair = first;
    while (pair.booked.left > 0n && clock.nowMs() < (order.restUntil ?? 0) && !until.aborted) {
      await clock.sleep(REST_LOOK_MS, until);
      const book = until.aborted ? null : await lookOnce(order, until);
      if (book !== null) pair = watchRest(pair, book);
    }
    return pair;
  }

  return {
    mode: "PAPER",
    withdraw(id) {
      resting.get(id)?.abort();
    },
    async place(order, signal): Promise<OrderResult> {
      const withdrawn = new AbortController();
      if (mayRest(order)) resting.set(order.clientOrderId, withdrawn);
      try {
        const { result, onArrival } = await arrive(order, signal);
        const first = restAfter(order, result, onArrival);
        if (first === null) return result;
        const pair = await rest(order, first, AbortSignal.any([signal, withdrawn.signal]));
        if (signal.aborted) throw new AbortedError();
        const ended = withRest(result, pair);
        const reason = withdrawn.signal.aborted ? "WITHDRAWN" : "ORDER_EXPIRED";
        return ended.status === "filled" ? ended : { ...ended, reason };
      } finally {
        resting.delete(order.clientOrderId);
      }
    },
  };
}
