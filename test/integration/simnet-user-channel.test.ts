import { once } from "node:events";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { ownTrades } from "../../src/adapters/polymarket-clob/account-schemas.ts";
import type { OrderAnswer } from "../../src/core/execution/venue-answer.ts";
import { type LiveSimnet, startLiveSimnet, tradedMarket } from "../support/live-simnet.ts";
import { type Change, CROSSING, signResting } from "../support/signed-orders.ts";

/** What simnet's user channel tells, and how it fails. */
let live: LiveSimnet;
let trader: Awaited<ReturnType<LiveSimnet["login"]>>;
beforeAll(async () => {
  live = await startLiveSimnet();
  trader = await live.login(3);
});
afterAll(() => live.stop());

const signal = new AbortController().signal;
const pass = (ms: number) => live.pass(ms);
async function post(change: Change = {}): Promise<OrderAnswer> {
  const market = tradedMarket(live.simnet, live.clock.nowMs(), false);
  return trader.client.postOrder(await signResting(live, trader.wallet, market, change), signal);
}

type Event = { readonly event_type: string; readonly status?: string; readonly type?: string };

async function listen(auth = {}, markets?: readonly string[]) {
  const socket = new WebSocket(live.simnet.userUrl);
  const frames: string[] = [];
  socket.on("message", (data) => frames.push(String(data)));
  await once(socket, "open");
  const { key: apiKey, secret, passphrase } = trader.credentials;
  socket.send(JSON.stringify({ auth: { apiKey, secret, passphrase, ...auth }, type: "user", markets }));
  const answered = () => vi.waitFor(() => expect(frames).toContain("PONG"), 30_000);
  return { socket, frames, answered, events: () => frames.filter((text) => text !== "PONG").flatMap(parse) };
}
const parse = (text: string): readonly Event[] => [JSON.parse(text) as Event | Event[]].flat();
const buy = () => post({ order: CROSSING, sent: { timeInForce: "FAK" } });
const settle = () => pass(30_000);

test("tells of an order and of its trades until they are final, as our schema reads them", async () => {
  const { socket, answered, events } = await listen();
  socket.send("PING");
  await answered();
  expect(await buy()).toMatchObject({ kind: "accepted", status: "matched" });
  await settle();
  await vi.waitFor(() => expect(events().at(-1)?.status).toBe("CONFIRMED"), 30_000);
  expect(events()[0]).toMatchObject({ event_type: "order", type: "PLACEMENT" });
  const trades = events().filter(({ event_type }) => event_type === "trade");
  expect([...new Set(trades.map(({ status }) => status))]).toEqual(["MATCHED", "MINED", "CONFIRMED"]);
  for (const trade of trades) expect(ownTrades(trader.credentials.key).parse(trade)).toHaveLength(1);
  socket.close();
});

test("a settlement that reverts ends in FAILED", async () => {
  const { socket, answered, events } = await listen();
  socket.send("PING");
  await answered();
  live.simnet.faults.plan("settlement fails");
  await buy();
  await settle();
  await vi.waitFor(() => expect(events().at(-1)?.status).toBe("FAILED"), 30_000);
  const statuses = events()
    .filter(({ event_type }) => event_type === "trade")
    .map(({ status }) => status);
  expect([...new Set(statuses)]).toEqual(["MATCHED", "RETRYING", "FAILED"]);
  socket.close();
});

test("arrays, unknown events and repetitions come when asked for; frozen, it says nothing at all", async () => {
  const { socket, frames, answered, events } = await listen();
  socket.send("PING");
  await answered();
  Object.assign(live.simnet.userChannel, { framesAsArrays: true, hasUnknownEvents: true });
  await post();
  await trader.client.cancelAll(signal);
  await vi.waitFor(() => expect(events().some(({ type }) => type === "CANCELLATION")).toBe(true), 30_000);
  expect(events().some(({ event_type }) => event_type === "maintenance_notice")).toBe(true);
  expect(frames.map((text) => (text.startsWith("[") ? parse(text).length : 0))).toContain(2);
  Object.assign(live.simnet.userChannel, { framesAsArrays: false, hasUnknownEvents: false, isFrozen: true });
  const before = frames.length;
  await post();
  socket.send("PING");
  await trader.client.cancelAll(signal);
  expect(frames).toHaveLength(before);
  Object.assign(live.simnet.userChannel, { isFrozen: false });
  await post();
  await vi.waitFor(() => expect(frames.length).toBe(before + 1), 30_000);
  await trader.client.cancelAll(signal);
  socket.close();
});

test("without the right passphrase the connection is closed", async () => {
  const { socket } = await listen({ passphrase: "wrong" });
  const [code] = (await once(socket, "close")) as [number];
  expect(code).toBe(1008);
});
