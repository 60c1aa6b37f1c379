import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { px, sh } from "../../../test/support/trading.ts";
import { parseTokenId } from "../../core/ids/ids.ts";
import { epochMs } from "../../core/time/time.ts";
import { createLiveBook } from "./live-book.ts";
import { type MarketEvent, readFrame } from "./market-events.ts";

const SAMPLE = "../shared/samples/market_channel_events.json";
const token = parseTokenId("7");

test.skipIf(!existsSync(SAMPLE))("recorded events are read, one by one and as an array; unknown ones are named", () => {
  const { events } = JSON.parse(readFileSync(SAMPLE, "utf8")) as { events: unknown[] };
  const kinds = events.flatMap((event) => readFrame(JSON.stringify(event))).map(({ kind }) => kind);
  expect(kinds).toEqual(["book", "change", "change", "tick", "trade", "unknown", "unknown", "unknown"]);
  const frame = readFrame(JSON.stringify(events));
  expect(frame.map(({ kind }) => kind)).toEqual(kinds);
  expect(frame[0]).toMatchObject({ asks: [{ price: px("0.54") }, { price: px("0.53") }, { price: px("0.52") }] });
  expect(frame[1]).toMatchObject({ level: { price: px("0.5"), size: sh("200") }, best: { bid: px("0.5"), ask: null } });
  expect(frame[2]).toMatchObject({ level: { size: 0n }, best: { bid: null, ask: null } });
});

test("what is not an event is counted, never thrown", () => {
  for (const text of ["{", "[1]", '{"event_type":"book"}', '{"event_type":"price_change","price_changes":[{}]}']) {
    expect(readFrame(text)).toMatchObject([{ kind: "unreadable" }]);
  }
  expect(readFrame("PONG")).toEqual([{ kind: "pong" }]);
});

const level = (price: string, size: string) => ({ price: px(price), size: sh(size) });
const loaded = () => {
  const book = createLiveBook(token);
  const sides = { bids: [level("0.49", "10")], asks: [level("0.51", "10")] };
  const terms = { tickSize: px("0.01"), minOrderSize: sh("5") };
  book.load({ tokenId: token, ...sides, ...terms, asOf: epochMs(1_000) });
  return book;
};
const change = (
  side: "BUY" | "SELL",
  price: string,
  size: string,
  at: number,
  best?: readonly [string, string],
): Extract<MarketEvent, { kind: "change" }> => ({
  kind: "change",
  tokenId: token,
  side,
  level: level(price, size),
  best: best === undefined ? null : { bid: px(best[0]), ask: px(best[1]) },
  at: epochMs(at),
});
const bestOf = (book: ReturnType<typeof loaded>) => {
  const read = book.read();
  return read === null ? null : [read.bids[0]?.price, read.asks[0]?.price];
};

test("changes make the book, whatever order they come in, and those of before the snapshot change nothing", () => {
  const book = loaded();
  expect(book.change([change("BUY", "0.5", "3", 1_200, ["0.5", "0.51"])])).toBe(true);
  expect(bestOf(book)).toEqual([px("0.5"), px("0.51")]);
  expect(book.change([change("BUY", "0.5", "9", 1_100), change("SELL", "0.51", "0", 900)])).toBe(true);
  expect(book.read()?.bids[0]).toEqual(level("0.5", "3"));
  expect(bestOf(book)).toEqual([px("0.5"), px("0.51")]);
  expect(book.change([change("BUY", "0.5", "0", 1_300, ["0.49", "0.51"])])).toBe(true);
  expect(bestOf(book)).toEqual([px("0.49"), px("0.51")]);
});

test("a book that contradicts what the venue says, or is crossed, is not given out as true", () => {
  expect(loaded().change([change("BUY", "0.48", "1", 1_200, ["0.5", "0.51"])])).toBe(false);
  const crossed = loaded();
  expect(crossed.change([change("BUY", "0.52", "1", 1_200)])).toBe(false);
  expect(crossed.read()).toBeNull();
});

test("after a new connection nothing is given out until a snapshot; changes heard meanwhile are not lost", () => {
  const book = loaded();
  book.forget();
  expect(book.read()).toBeNull();
  book.change([change("SELL", "0.5", "4", 2_100)]);
  expect(book.read()).toBeNull();
  book.snapshot({ bids: [level("0.48", "1")], asks: [level("0.52", "1")], at: epochMs(2_000) });
  expect(bestOf(book)).toEqual([px("0.48"), px("0.5")]);
  // An older snapshot that comes late does not undo it.
  book.snapshot({ bids: [level("0.1", "1")], asks: [], at: epochMs(1_900) });
  expect(bestOf(book)).toEqual([px("0.48"), px("0.5")]);
  book.tick(px("0.001"));
  expect(book.read()?.tickSize).toBe(px("0.001"));
});
