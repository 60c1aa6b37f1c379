/**
 * The executor in a process of its own, on books that stand in memory. Tells its parent when it trades, when each order
 * reaches the venue, and in the end what its memory came to.
 */
import { createExecutorStore } from "../../src/adapters/postgres/executor-store.ts";
import { createPaperVenue } from "../../src/adapters/simulated-venue/paper-venue.ts";
import { keepYoungGenerationSmall } from "../../src/adapters/system/v8-flags.ts";
import { engineConfig } from "../../src/apps/engine-config.ts";
import { runProgram, withDatabase } from "../../src/apps/program.ts";
import { runServices } from "../../src/apps/run-services.ts";
import type { MarketTerms } from "../../src/core/execution/market-view.ts";
import { NO_FEE, type OrderBook } from "../../src/core/market/market.ts";
import { price, shares } from "../../src/core/money/amounts.ts";
import type { BookSource } from "../../src/ports/book-source.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Venue } from "../../src/ports/venue.ts";
import { DEFAULT_EXECUTOR_TIMING } from "../../src/services/executor/executor-config.ts";
import { createExecutorService } from "../../src/services/executor/executor-service.ts";
import { monotonicMs } from "./bench-report.ts";

export type ExecutorHostMessage =
  | { readonly kind: "trading" }
  | { readonly kind: "order"; readonly signalId: string | null; readonly at: number }
  | { readonly kind: "stopped"; readonly peakRssMb: number };

const tell = (message: ExecutorHostMessage): Promise<void> =>
  new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));

const READY_POLL_MS = 5;
const TICK = price(10_000n);
const TERMS: MarketTerms = { tickSize: TICK, minOrderSize: shares(5_000_000n), fee: NO_FEE, acceptingOrders: true };

/** A source that follows every market: the trigger's price is on offer when the decision is made. */
function offers(clock: Clock): BookSource {
  const asks = [{ price: price(500_000n), size: shares(10n ** 10n) }];
  const bookOf = (tokenId: OrderBook["tokenId"]): OrderBook => ({ ...emptyBook(clock, tokenId), asks });
  return {
    fetchBook: async (tokenId) => bookOf(tokenId),
    fetchTerms: async () => TERMS,
    peek: (_, tokenId) => ({ book: bookOf(tokenId), terms: TERMS, ageMs: 0 }),
  };
}

const emptyBook = (clock: Clock, tokenId: OrderBook["tokenId"]): OrderBook => ({
  ...{ tokenId, bids: [], asks: [], tickSize: TICK, minOrderSize: TERMS.minOrderSize },
  asOf: clock.nowMs(),
});

/** Nothing is on offer any more when the order arrives: no position takes the place of the next order. */
function venueOf(clock: Clock): Venue {
  const books: BookSource = { fetchBook: async (tokenId) => emptyBook(clock, tokenId), fetchTerms: async () => TERMS };
  const paper = createPaperVenue({ books, clock, latencyMs: 0 });
  return {
    mode: "PAPER",
    withdraw: () => {},
    place(order, signal) {
      void tell({ kind: "order", signalId: order.signalId, at: monotonicMs() });
      return paper.place(order, signal);
    },
  };
}

// As `orderflow executor` does.
keepYoungGenerationSmall();
process.on("disconnect", () => process.exit(1));
await runProgram((program) =>
  withDatabase(program, async (database) => {
    const { signal, logger, clock, environment } = program;
    const service = createExecutorService({
      store: createExecutorStore(database, "PAPER"),
      books: offers(clock),
      venue: venueOf(clock),
      clock,
      logger,
      wake: database.wake,
      config: { engine: engineConfig(environment, 1), timing: DEFAULT_EXECUTOR_TIMING },
    });
    const watch = async (): Promise<void> => {
      while (!service.health().ready && !signal.aborted) await clock.sleep(READY_POLL_MS, signal);
      await tell({ kind: "trading" });
    };
    await Promise.all([runServices([service], { signal, logger, clock }), watch()]);
    await tell({ kind: "stopped", peakRssMb: process.resourceUsage().maxRSS / 1_024 });
  }),
);
