import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createUserFeed } from "../../src/adapters/polymarket-clob/user-feed.ts";
import type { AccountNews } from "../../src/ports/account-feed.ts";
import { type LiveSimnet, startLiveSimnet, tradedMarket } from "../support/live-simnet.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";
import { type Change, CROSSING, signResting } from "../support/signed-orders.ts";

/** Our client of the user channel, against simnet's. */
let live: LiveSimnet;
let trader: Awaited<ReturnType<LiveSimnet["login"]>>;
beforeAll(async () => {
  live = await startLiveSimnet();
  trader = await live.login(3);
});
afterAll(() => live.stop());

const signal = new AbortController().signal;
async function post(change: Change = {}) {
  const market = tradedMarket(live.simnet, live.clock.nowMs(), false);
  return trader.client.postOrder(await signResting(live, trader.wallet, market, change), signal);
}
const buy = () => post({ order: CROSSING, sent: { timeInForce: "FAK" } });

function listen() {
  // The connection's own time, so that a silence can pass without a wait.
  const clock = createManualClock();
  const logger = createQuietLogger();
  const feed = createUserFeed({
    ...{ url: live.simnet.userUrl, credentials: trader.credentials, clock, random: () => 0, logger },
  });
  const news: AccountNews[] = [];
  feed.listen((each) => news.push(each));
  const stop = new AbortController();
  const running = feed.run(stop.signal);
  const seen = (kind: AccountNews["kind"], count: number) =>
    vi.waitFor(() => expect(news.filter((each) => each.kind === kind).length).toBeGreaterThanOrEqual(count), 30_000);
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  return { ...{ clock, logger, feed, news, seen, end } };
}

test("orders and trades of ours are told until they are final, in arrays, twice, and between unknown events", async () => {
  const { feed, logger, news, seen, end } = listen();
  await seen("connected", 1);
  Object.assign(live.simnet.userChannel, { framesAsArrays: true, hasUnknownEvents: true });
  const answer = await buy();
  if (answer.kind !== "accepted") throw new Error(answer.kind);
  await seen("order", 1);
  await live.pass(30_000);
  const statuses = () =>
    news.flatMap((each) => (each.kind === "trades" ? each.trades.map(({ status }) => status) : []));
  await vi.waitFor(() => expect(statuses()).toContain("CONFIRMED"), 30_000);
  expect(new Set(statuses())).toEqual(new Set(["MATCHED", "MINED", "CONFIRMED"]));
  const hashes = news.flatMap((each) => (each.kind === "order" ? [each.orderHash] : []));
  expect(new Set(hashes)).toEqual(new Set([answer.orderHash]));
  expect(feed.figures()).toMatchObject({ connections: 1 });
  expect(feed.figures().unknown).toBeGreaterThan(0);
  Object.assign(live.simnet.userChannel, { framesAsArrays: false, hasUnknownEvents: false });
  await end();
  // What went out carries the credentials, and is in no line.
  expect(JSON.stringify(logger.lines)).not.toContain(trader.credentials.secret);
});

test("a frozen connection is given up and made anew, and says that it was", async () => {
  const { clock, seen, end, feed } = listen();
  await seen("connected", 1);
  Object.assign(live.simnet.userChannel, { isFrozen: true });
  await clock.untilSleeping();
  // Three pings without an answer.
  for (let ping = 0; ping < 3; ping += 1) await clock.advance(10_000);
  Object.assign(live.simnet.userChannel, { isFrozen: false });
  await vi.waitFor(async () => {
    await clock.advance(1_000);
    expect(feed.figures().connections).toBe(2);
  }, 30_000);
  await seen("connected", 2);
  await end();
});
