import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { px, sh } from "../../../test/support/trading.ts";
import { PayloadError } from "../../core/errors.ts";
import { parseTokenId } from "../../core/ids/ids.ts";
import { parseBook, parseTerms } from "./parse-book.ts";

const samples = new URL("../../../../shared/samples/", import.meta.url);
const recorded = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(name, samples), "utf8")) as Record<string, unknown>;

describe.skipIf(!existsSync(samples))("recorded payloads (skipped where ../shared/samples is missing)", () => {
  it("a book comes best level first, although the venue sends the worst first", () => {
    const payload = recorded("clob_book.json");
    const book = parseBook(payload, parseTokenId(String(payload.asset_id)));
    expect(book.bids.map((level) => level.price)).toEqual([px("0.002"), px("0.001")]);
    expect(book.asks).toEqual([
      { price: px("0.046"), size: sh("2906.87") },
      { price: px("0.999"), size: sh("1502655.75") },
    ]);
    expect(book).toMatchObject({ tickSize: px("0.001"), minOrderSize: sh("5"), asOf: 1_786_863_545_542 });
  });

  it("a market's terms hold its own fee", () => {
    expect(parseTerms(recorded("clob_market_info.json"))).toEqual({
      tickSize: px("0.001"),
      minOrderSize: sh("5"),
      fee: { rate: 0.04, exponent: 1 },
      acceptingOrders: true,
    });
  });
});

const tokenId = parseTokenId("7");
const payload = {
  asset_id: "7",
  timestamp: "1786863545542",
  bids: [{ price: ".48", size: "10" }],
  asks: [{ price: ".52", size: "10" }],
  min_order_size: "5",
  tick_size: "0.01",
};

describe("a book", () => {
  it("may come in any order, with empty levels, without leading zeros, or empty", () => {
    const asks = [
      { price: ".53", size: "1" },
      { price: ".52", size: "0" },
      { price: ".54", size: "2" },
    ];
    expect(parseBook({ ...payload, asks }, tokenId).asks).toEqual([
      { price: px("0.53"), size: sh("1") },
      { price: px("0.54"), size: sh("2") },
    ]);
    expect(parseBook({ ...payload, bids: [], asks: [] }, tokenId)).toMatchObject({ bids: [], asks: [] });
  });

  it.each([
    ["of another token", { ...payload, asset_id: "8" }],
    ["that is crossed", { ...payload, bids: [{ price: "0.52", size: "1" }] }],
    ["with a price above 1", { ...payload, asks: [{ price: "1.2", size: "1" }] }],
    ["with a size that is no number", { ...payload, asks: [{ price: "0.6", size: "many" }] }],
    ["without a tick", { ...payload, tick_size: undefined }],
    ["that is text", "no"],
  ])("%s is refused", (_, malformed) => {
    expect(() => parseBook(malformed, tokenId)).toThrow(PayloadError);
  });
});

it("terms without a fee schedule are free of fees, and an unknown exponent is refused", () => {
  const terms = { mts: 0.01, mos: 5, ao: false, fd: null };
  expect(parseTerms(terms)).toMatchObject({ fee: { rate: 0 }, acceptingOrders: false });
  expect(() => parseTerms({ ...terms, fd: { r: 0.04, e: 1.5 } })).toThrow(PayloadError);
});
