import type { VenueTrade } from "../../../src/core/execution/venue-answer.ts";
import type { ClientOrderId } from "../../../src/core/ids/ids.ts";
import { shares } from "../../../src/core/money/amounts.ts";
import { addMs, HOUR_MS } from "../../../src/core/time/time.ts";
import type { LiveSeedOptions, Sabotage } from "./run-seed.ts";

/** What the venue does not do, and would be forgiven: it forgets what it has of us for longer than an order is waited for. */
export const forgetfulVenue: Sabotage = (client, livedMs) => ({
  ...client,
  order: async (hash, signal) => (livedMs() < 75_000 ? null : client.order(hash, signal)),
  trades: async (since, signal) => (livedMs() < 75_000 ? [] : client.trades(since, signal)),
});

/** It calls final what is not, and says so later. */
export const hastyVenue: Sabotage = (client, livedMs) => ({
  ...client,
  trades: async (since, signal) => {
    const hasten = (trade: VenueTrade): VenueTrade => (livedMs() < 8_000 ? { ...trade, status: "CONFIRMED" } : trade);
    return (await client.trades(since, signal)).map(hasten);
  },
});

/** Books that do not follow the venue when it corrects itself. */
export const deafToCorrections: LiveSeedOptions["sabotage"] = ({ companion, ...deps }) => ({
  ...deps,
  ...(companion && { companion: { run: (session) => companion.run({ ...session, correct: () => {} }) } }),
});

/** Ways to be wrong about orders that rest. */
export const RESTING_DEFECTS: Readonly<Record<string, LiveSeedOptions>> = {
  "lets orders rest for ever": {
    sabotage: (deps) => ({
      ...deps,
      venue: {
        ...deps.venue,
        place: (order, ...rest) =>
          deps.venue.place(order.restUntil ? { ...order, restUntil: addMs(order.restUntil, HOUR_MS) } : order, ...rest),
      },
    }),
  },
  "takes what is filled so far for the end": {
    sabotage: (deps) => ({
      ...deps,
      venue: {
        ...deps.venue,
        place: (order, signal, told) =>
          new Promise((resolve, reject) => {
            const end = (executions: Parameters<NonNullable<typeof told>>[0]): void =>
              resolve({ status: "filled", executions });
            deps.venue.place(order, signal, end).then(resolve, reject);
          }),
      },
    }),
  },
  "charges makers the takers' fee": {
    sabotageClient: (client) => ({
      ...client,
      trades: async (since, signal) =>
        (await client.trades(since, signal)).map((trade) => ({ ...trade, role: "taker" })),
    }),
  },
};

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
