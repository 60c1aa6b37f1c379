import type { ClientOrderId } from "../../../src/core/ids/ids.ts";
import { shares } from "../../../src/core/money/amounts.ts";
import type { LiveSeedOptions } from "./run-seed.ts";

/** Ways to be wrong about money at the venue; the campaign must notice each. */
export const LIVE_DEFECTS: Readonly<Record<string, LiveSeedOptions>> = {
  "signs anew when an answer is missing": {
    sabotage: (deps) => ({
      ...deps,
      venue: {
        ...deps.venue,
        place: (order, signal) =>
          deps.venue.place(
            { ...order, clientOrderId: `${order.clientOrderId}-${deps.clock.nowMs()}` as ClientOrderId },
            signal,
          ),
      },
    }),
  },
  "takes what is matched for settled": {
    sabotageClient: (client) => ({
      ...client,
      trades: async (since, signal) =>
        (await client.trades(since, signal)).map((trade) => ({ ...trade, status: "CONFIRMED" })),
    }),
  },
  "reads a book inside of a transaction": {
    sabotage: (deps, database) => {
      const fetchBook: typeof deps.books.fetchBook = (token, signal) =>
        database.transaction(() => deps.books.fetchBook(token, signal));
      return { ...deps, books: { ...deps.books, fetchBook } };
    },
  },
  "loses the trades of an order": {
    sabotageClient: (client) => ({
      ...client,
      trades: async () => [],
      order: async (hash, signal) => {
        const said = await client.order(hash, signal);
        return said === null ? null : { ...said, matched: shares(0n), tradeIds: [] };
      },
    }),
  },
};
