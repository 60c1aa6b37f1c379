import { expect, it } from "vitest";
import { createFakeBooks } from "../../../test/support/fake-books.ts";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { aBook, anApprovedOrder, NOON, px } from "../../../test/support/trading.ts";
import { AbortedError, TransientError } from "../../core/errors.ts";
import { createPaperVenue } from "./paper-venue.ts";

const never = new AbortController().signal;

function aVenue() {
  const books = createFakeBooks();
  const clock = createManualClock(NOON);
  return { books, clock, venue: createPaperVenue({ books, clock, latencyMs: 250 }) };
}

it("fills against the book as it is after the latency, not as it was", async () => {
  const { books, clock, venue } = aVenue();
  const order = anApprovedOrder();
  books.setBook(order.tokenId, aBook([], [["0.51", "1000"]]));
  const placed = venue.place(order, never);
  books.setBook(order.tokenId, aBook([], [["0.52", "1000"]]));
  await clock.advance(250);
  expect(await placed).toMatchObject({ status: "filled", executions: [{ price: px("0.52") }] });
});

it("fills nothing where the price has run away meanwhile, or the book is gone", async () => {
  const { books, clock, venue } = aVenue();
  const order = anApprovedOrder();
  books.setBook(order.tokenId, aBook([], [["0.53", "1000"]]));
  const first = venue.place(order, never);
  await clock.advance(250);
  expect(await first).toMatchObject({ status: "unfilled", reason: "NO_LIQUIDITY" });
  books.setBook(order.tokenId, null);
  const second = venue.place(order, never);
  await clock.advance(250);
  expect(await second).toMatchObject({ status: "unfilled", reason: "NO_BOOK" });
});

it("leaves an order unanswered when the book cannot be read, until it is too old to trade", async () => {
  const { books, clock, venue } = aVenue();
  const order = anApprovedOrder();
  books.failWith(new TransientError("DOWN", "no answer"));
  const failing = expect(venue.place(order, never)).rejects.toBeInstanceOf(TransientError);
  await clock.advance(250);
  await failing;
  await clock.advance(10_000);
  const late = venue.place(order, never);
  await clock.advance(250);
  expect(await late).toEqual({ status: "unfilled", reason: "ORDER_EXPIRED" });
});

it("stops waiting when told to", async () => {
  const { venue } = aVenue();
  await expect(venue.place(anApprovedOrder(), AbortSignal.abort())).rejects.toBeInstanceOf(AbortedError);
});
