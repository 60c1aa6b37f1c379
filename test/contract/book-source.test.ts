import { afterEach, describe, expect, test } from "vitest";
import { createClobBookSource } from "../../src/adapters/polymarket-clob/book-source.ts";
import { createLiveBooks } from "../../src/adapters/polymarket-clob/live-books.ts";
import { createFaults } from "../../src/adapters/simnet/faults/faults.ts";
import { type FeedSocket, faultyFeed } from "../../src/adapters/simnet/faults/faulty-feed.ts";
import { type Simnet, type SimnetOptions, startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { parseMarketId, parseTokenId, type TokenId } from "../../src/core/ids/ids.ts";
import type { BookSource } from "../../src/ports/book-source.ts";
import { eventually } from "../support/eventually.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";
import { px } from "../support/trading.ts";

// One contract for both ways to a book, over the venue's wire protocols.

const START = Date.UTC(2026, 10, 20, 12);
const never = new AbortController().signal;
let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

async function startWorld(options: Partial<SimnetOptions> = {}) {
  const clock = createManualClock(START as never);
  const simnet = await startSimnet({ seed: 5, port: 0, clock, history: 1, isManual: true, ...options });
  closing.push(() => simnet.stop());
  const market = simnet.world.markets.findLast((each) => each.endsAt > START + 600_000 && simnet.world.stateOf(each));
  if (market === undefined) throw new Error("no market is open");
  const tokenId = parseTokenId(market.tokenIds()[0]);
  return { simnet, clock, tokenId, marketId: parseMarketId(market.conditionId) };
}

const restOf = ({ clobUrl }: Simnet): BookSource =>
  createClobBookSource({ url: clobUrl, timeoutMs: 5_000, userAgent: "test" });

/** A feed whose own time a test moves: pings, silences, comparisons. */
function startFeed(simnet: Simnet, wall = createSystemClock()) {
  const stopping = new AbortController();
  const logger = createQuietLogger();
  const rest = restOf(simnet);
  const books = createLiveBooks({ rest, url: simnet.marketUrl, clock: wall, random: () => 0, logger });
  const running = books.run(stopping.signal);
  closing.push(async () => {
    stopping.abort();
    await running;
  });
  return { books, rest };
}

/** Until the book comes from the channel, as prices move. */
async function answeredLive(
  { books, rest }: ReturnType<typeof startFeed>,
  clock: ReturnType<typeof createManualClock>,
  token: TokenId,
) {
  const before = books.figures().answeredLive;
  await eventually(async () => {
    await clock.advance(3_000);
    await books.fetchBook(token, never);
    return books.figures().answeredLive > before ? null : `a live answer: ${JSON.stringify(books.figures())}`;
  });
  await eventually(async () => {
    const [live, asked] = [await books.fetchBook(token, never), await rest.fetchBook(token, never)];
    const same =
      JSON.stringify([live?.bids, live?.asks], digits) === JSON.stringify([asked?.bids, asked?.asks], digits);
    return same ? null : "the same book from both";
  });
}
const digits = (_: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);

describe.each(["rest", "live"])("book source: %s", (kind) => {
  test("gives books best level first and never crossed, terms with the market's own fee, null for what is not there", async () => {
    const { simnet, tokenId, marketId } = await startWorld();
    const books: BookSource = kind === "rest" ? restOf(simnet) : startFeed(simnet).books;
    const book = await books.fetchBook(tokenId, never);
    const prices = (side: "bids" | "asks") => book?.[side].map(({ price }) => Number(price)) ?? [];
    expect(prices("bids")).toEqual(prices("bids").toSorted((a, b) => b - a));
    expect(prices("asks")).toEqual(prices("asks").toSorted((a, b) => a - b));
    expect(prices("bids")[0]).toBeLessThan(Number(prices("asks")[0]));
    expect(await books.fetchTerms(marketId, never)).toMatchObject({ acceptingOrders: true, fee: { exponent: 1 } });
    expect(await books.fetchBook(parseTokenId("12345"), never)).toBeNull();
    expect(await books.fetchTerms(parseMarketId(`0x${"ab".repeat(32)}`), never)).toBeNull();
    simnet.changeTick(tokenId, 0.001);
    expect((await books.fetchTerms(marketId, never))?.tickSize).toBe(px("0.001"));
    await expect(books.fetchBook(tokenId, AbortSignal.abort())).rejects.toMatchObject({ code: "ABORTED" });
  });
});

describe("followed books", () => {
  test.each([false, true])(
    "are the venue's, also after a change of tick (frames as arrays: %s)",
    async (framesAsArrays) => {
      const { simnet, clock, tokenId, marketId } = await startWorld({ marketChannel: { framesAsArrays } });
      const feed = startFeed(simnet);
      let moves = 0;
      feed.books.onBid(() => {
        moves += 1;
      });
      feed.books.watch([{ marketId, tokenId }]);
      await answeredLive(feed, clock, tokenId);
      simnet.changeTick(tokenId, 0.001);
      await eventually(async () => {
        await clock.advance(3_000);
        const book = await feed.books.fetchBook(tokenId, never);
        return book?.tickSize === px("0.001") && moves > 0 ? null : "the new tick and a moved bid";
      });
      expect(feed.books.figures()).toMatchObject({ unreadable: 0, outOfStep: 0 });
      feed.books.watch([]);
      const before = feed.books.figures().answeredLive;
      await feed.books.fetchBook(tokenId, never);
      expect(feed.books.figures().answeredLive).toBe(before);
    },
  );

  test("outlive lost, late and repeated messages, garbage and dropped connections", async () => {
    const faults = createFaults(3, {
      feed_lost: 0.15,
      feed_twice: 0.2,
      feed_late: 0.2,
      feed_garbage: 0.1,
      feed_dropped: 0.04,
    });
    let connections = 0;
    const later = (_: number, run: () => void): void => void setTimeout(run, 150);
    const wrap = (socket: FeedSocket): FeedSocket => {
      connections += 1;
      return faultyFeed(socket, { name: `c${connections}`, faults, later });
    };
    const { simnet, clock, tokenId, marketId } = await startWorld({ marketChannel: { wrap } });
    const feed = startFeed(simnet);
    feed.books.watch([{ marketId, tokenId }]);
    await eventually(async () => {
      await clock.advance(3_000);
      const book = await feed.books.fetchBook(tokenId, never);
      const [bid, ask] = [book?.bids[0]?.price, book?.asks[0]?.price];
      if (bid !== undefined && ask !== undefined && bid >= ask) throw new Error("a crossed book was given out");
      const kinds = faults.counts().size;
      return kinds === 5 && connections > 1 ? null : `every fault: ${JSON.stringify([...faults.counts()])}`;
    }, 30_000);
    faults.stop();
    await answeredLive(feed, clock, tokenId);
    expect(feed.books.figures().outOfStep + feed.books.figures().unreadable).toBeGreaterThan(0);
  });

  test("a frozen connection answers nothing: REST does, and another connection is made", async () => {
    const sockets: FeedSocket[] = [];
    let isFrozen = false;
    const wrap = (socket: FeedSocket): FeedSocket => {
      const mine = sockets.push(socket);
      return {
        bufferedAmount: 0,
        // The first one falls silent and does not even answer a PING.
        send: (data: never) => (isFrozen && mine === 1 ? undefined : socket.send(data)),
        terminate: () => socket.terminate(),
        pause: () => socket.pause(),
        close: (code, reason) => socket.close(code, reason),
        on: socket.on.bind(socket) as FeedSocket["on"],
      };
    };
    const { simnet, clock, tokenId, marketId } = await startWorld({ marketChannel: { wrap } });
    const wall = createManualClock();
    const feed = startFeed(simnet, wall);
    feed.books.watch([{ marketId, tokenId }]);
    await answeredLive(feed, clock, tokenId);
    const terms = await feed.books.fetchTerms(marketId, never);
    const known = feed.books.peek?.(marketId, tokenId);
    expect(known).toEqual({ book: await feed.books.fetchBook(tokenId, never), terms, ageMs: 0 });
    isFrozen = true;
    await eventually(async () => (wall.sleeping() >= 3 ? null : "pings"));
    await wall.advance(1_500);
    expect(feed.books.peek?.(marketId, tokenId)).toBeNull();
    const before = feed.books.figures();
    await clock.advance(60_000);
    const [book, asked] = [await feed.books.fetchBook(tokenId, never), await feed.rest.fetchBook(tokenId, never)];
    expect(book?.bids).toEqual(asked?.bids);
    expect(feed.books.figures()).toMatchObject({ answeredLive: before.answeredLive });
    await eventually(async () => {
      await wall.advance(5_000);
      return sockets.length > 1 ? null : "another connection";
    });
    await answeredLive(feed, clock, tokenId);
  });
});
