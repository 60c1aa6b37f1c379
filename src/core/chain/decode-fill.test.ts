import { describe, expect, test } from "vitest";
import { encodeEvent, hash32, wallet } from "../../../test/support/sample-logs.ts";
import { PayloadError } from "../errors.ts";
import { type Address, parseAddress } from "../ids/ids.ts";
import { decodeFill } from "./decode-fill.ts";
import type { RawLog } from "./fill.ts";

const V1 = parseAddress("0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e");
const V2 = parseAddress("0xe111180000d2663c0091e4f400237545b87b996b");
const V3 = parseAddress("0xe3333700ca9d93003f00f0f71f8515005f6c00aa");
const ZERO = `0x${"00".repeat(32)}`;
const INT8_MAX = 2n ** 63n - 1n;

const logOf = (address: Address, encoded: { topics: string[]; data: string }): RawLog => ({
  address,
  ...encoded,
  blockNumber: 5,
  logIndex: 7,
  blockHash: hash32("block") as RawLog["blockHash"],
  txHash: hash32("tx") as RawLog["txHash"],
  txIndex: 3,
});

const v2Args = {
  orderHash: hash32("order"),
  maker: wallet("alice"),
  taker: wallet("bob"),
  side: 0,
  tokenId: 2n ** 255n + 1n,
  makerAmountFilled: 4_000_000n,
  takerAmountFilled: 10_000_000n,
  fee: 123n,
  builder: ZERO,
  metadata: ZERO,
};
const v2 = (changes: Partial<Record<keyof typeof v2Args, unknown>> = {}, address = V2): RawLog =>
  logOf(address, encodeEvent("orderFilledV2", { ...v2Args, ...changes }));

const v1Args = {
  orderHash: hash32("order"),
  maker: wallet("alice"),
  taker: wallet("bob"),
  makerAssetId: 0n,
  takerAssetId: 99n,
  makerAmountFilled: 4_000_000n,
  takerAmountFilled: 10_000_000n,
  fee: 123n,
};
const v1 = (changes: Partial<Record<keyof typeof v1Args, unknown>> = {}): RawLog =>
  logOf(V1, encodeEvent("orderFilledV1", { ...v1Args, ...changes }));

/** Overwrites one 32-byte word of the data. */
const withWord = (log: RawLog, word: number, hex: string): RawLog => {
  const at = 2 + word * 64;
  return { ...log, data: log.data.slice(0, at) + hex.padStart(64, "0") + log.data.slice(at + 64) };
};

describe("a fill", () => {
  test("of V2 belongs to the maker of the log, on the side and token that the log names", () => {
    expect(decodeFill(v2())).toEqual({
      blockNumber: 5,
      logIndex: 7,
      txHash: hash32("tx"),
      txIndex: 3,
      exchange: V2,
      exchangeVersion: 2,
      orderHash: hash32("order"),
      wallet: wallet("alice"),
      counterparty: wallet("bob"),
      role: "maker",
      side: "BUY",
      tokenId: (2n ** 255n + 1n).toString(),
      size: 10_000_000n,
      cash: 4_000_000n,
      fee: 123n,
      feeAsset: "collateral",
      matchLogIndex: null,
    });
  });

  test("that sells gives shares and takes cash", () => {
    expect(decodeFill(v2({ side: 1 }))).toMatchObject({ side: "SELL", size: 4_000_000n, cash: 10_000_000n });
    expect(decodeFill(v1({ makerAssetId: 99n, takerAssetId: 0n }))).toMatchObject({
      side: "SELL",
      tokenId: "99",
      size: 4_000_000n,
      cash: 10_000_000n,
      feeAsset: "collateral",
    });
  });

  test("of a V1 buyer pays its fee in shares", () => {
    expect(decodeFill(v1())).toMatchObject({ exchangeVersion: 1, side: "BUY", tokenId: "99", feeAsset: "shares" });
  });

  test("whose taker is the exchange itself is the taker's own leg and has no counterparty", () => {
    expect(decodeFill(v2({ taker: V2 }))).toMatchObject({ role: "taker", counterparty: null });
  });

  test("of V3 has the layout of V2", () => {
    expect(decodeFill(v2({}, V3))).toMatchObject({ exchangeVersion: 3, exchange: V3 });
  });

  test.each([0n, 1n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, INT8_MAX])(
    "keeps an amount of %s exactly",
    (amount) => {
      expect(decodeFill(v2({ makerAmountFilled: amount })).cash).toBe(amount);
    },
  );
});

describe("a log with a known topic and another shape is an error, never skipped", () => {
  const fill = v2();
  const [topic, ...topics] = fill.topics as [string, ...string[]];
  const wrong: [string, RawLog][] = [
    ["a topic too few", { ...fill, topics: [topic, ...topics.slice(1)] }],
    ["a topic too many", { ...fill, topics: [topic, ...topics, topics[0] as string] }],
    ["data a byte short", { ...fill, data: fill.data.slice(0, -2) }],
    ["data a word long", { ...fill, data: `${fill.data}${"00".repeat(32)}` }],
    ["no data", { ...fill, data: "0x" }],
    [
      "a maker with dirty padding",
      { ...fill, topics: [topic, topics[0] as string, `0x01${topics[1]?.slice(4)}`, topics[2] as string] },
    ],
    ["a side of 2", withWord(fill, 0, "2")],
    ["a side with high bits", withWord(fill, 0, `1${"0".repeat(63)}`)],
    ["an amount just beyond int8", withWord(fill, 2, (INT8_MAX + 1n).toString(16))],
    ["an amount of 2^64", withWord(fill, 3, (2n ** 64n).toString(16))],
    ["a fee of 2^255", withWord(fill, 4, (2n ** 255n).toString(16))],
    ["an amount that is no hex", withWord(fill, 3, "xy")],
    ["a token id of zero", withWord(fill, 1, "0")],
    ["a V1 fill between two tokens", v1({ makerAssetId: 5n })],
    ["a V1 fill of collateral against collateral", v1({ takerAssetId: 0n })],
    ["a V2 topic of a V1 exchange", { ...fill, address: V1 }],
    ["a V1 topic of a V2 exchange", { ...v1(), address: V2 }],
    ["an address that is no exchange", { ...fill, address: wallet("somebody") }],
    ["no topics at all", { ...fill, topics: [] }],
  ];
  test.each(wrong)("%s", (_what, log) => {
    expect(() => decodeFill(log)).toThrow(PayloadError);
  });
});
