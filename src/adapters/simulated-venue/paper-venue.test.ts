import { expect, it } from "vitest";
import { createFakeBooks } from "../../../test/support/fake-books.ts";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { $, aBook, anApprovedOrder, NOON, px, sh } from "../../../test/support/trading.ts";
import { AbortedError, TransientError } from "../../core/errors.ts";
import { NO_FEE } from "../../core/market/market.ts";
import type { ApprovedOrder } from "../../core/risk/check-order.ts";
import { addMs } from "../../core/time/time.ts";
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

/** 100 shares at 0.52, of which the book has 20 on arrival; paper gets 47 % of what it sees. */
async function aResting() {
  const { books, clock, venue } = aVenue();
  const terms = { side: "BUY", stakeUsd: $("52"), limitPrice: px("0.52"), fee: NO_FEE } as const;
  const order = { ...anApprovedOrder(), ...terms, timeInForce: "GTD", restUntil: addMs(NOON, 60_000) } as ApprovedOrder;
  books.setBook(order.tokenId, aBook([], [["0.52", "20"]]));
  const placed = venue.place(order, never);
  await clock.advance(250);
  await clock.untilSleeping();
  return { books, clock, venue, order, placed };
}

it("lets the rest wait until its time is over, and fills it only where the market trades through it", async () => {
  const { books, clock, order, placed } = await aResting();
  books.setBook(order.tokenId, aBook([], [["0.52", "500"]]));
  await clock.advance(10_000);
  books.setBook(order.tokenId, aBook([], [["0.51", "50"]]));
  await clock.advance(10_000);
  books.setBook(order.tokenId, aBook([], []));
  await clock.advance(41_000);
  const executions = [{ size: sh("9.4") }, { price: px("0.52"), size: sh("23.5"), fee: $("0") }];
  expect(await placed).toMatchObject({ status: "filled", executions, estimates: { expected: { size: sh("70") } } });
});

it("is over at once where all of it came, and keeps what came where it is taken back", async () => {
  const whole = await aResting();
  whole.books.setBook(whole.order.tokenId, aBook([], [["0.5", "1000"]]));
  await whole.clock.advance(1_000);
  expect(await whole.placed).toMatchObject({ executions: [{ size: sh("9.4") }, { size: sh("90.6") }] });
  const taken = await aResting();
  taken.venue.withdraw(taken.order.clientOrderId);
  expect(await taken.placed).toMatchObject({ status: "filled", executions: [{ size: sh("9.4") }] });
});
