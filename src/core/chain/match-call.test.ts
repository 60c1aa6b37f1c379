import { encodeFunctionData, type Hex } from "viem";
import { describe, expect, test } from "vitest";
import { hash32, wallet } from "../../../test/support/sample-logs.ts";
import { PayloadError } from "../errors.ts";
import { parseAddress } from "../ids/ids.ts";
import { decodeMatchCall, MATCH_ORDERS_ABI, MATCH_ORDERS_SELECTOR } from "./match-call.ts";

const V2 = parseAddress("0xe111180000d2663c0091e4f400237545b87b996b");
const V3 = parseAddress("0xe3333700ca9d93003f00f0f71f8515005f6c00aa");
const [YES, NO] = [77n, 99n];

type Amounts = readonly [makerAmount: bigint, takerAmount: bigint];

const order = (who: string, side: number, tokenId: bigint, [makerAmount, takerAmount]: Amounts) => ({
  ...{ salt: 1n, maker: wallet(who) as string as Hex, signer: wallet(who) as string as Hex, tokenId },
  ...{ makerAmount, takerAmount, side, signatureType: 2, timestamp: 1_778_000_000_000n },
  ...{ metadata: hash32("metadata") as Hex, builder: hash32("builder") as Hex, signature: "0x1234" as Hex },
});
type Order = ReturnType<typeof order>;

const call = (taker: Order, takerFill: bigint, makers: readonly Order[], makerFills: readonly bigint[]): Hex =>
  encodeFunctionData({
    abi: MATCH_ORDERS_ABI,
    args: [hash32("condition") as Hex, taker, makers, takerFill, makerFills, 0n, makerFills.map(() => 0n)],
  });

const fillsOf = (input: string) => decodeMatchCall(V2, input)?.fills.map((fill) => Object.values(fill));

test("the selector is the one that was seen on Polygon", () => {
  expect(MATCH_ORDERS_SELECTOR).toBe("0x3c2b4399");
});

describe("a pending match names what each log will say", () => {
  test("of a buyer and sellers of the same token: their sizes and prices, also of orders filled in part", () => {
    const makers = [order("ann", 1, YES, [10_000_000n, 6_000_001n]), order("ben", 1, YES, [5_000_000n, 2_500_000n])];
    const taker = order("tom", 0, YES, [12_000_000n, 20_000_000n]);
    const decoded = decodeMatchCall(V2, call(taker, 8_000_000n, makers, [3_000_000n, 5_000_000n]));
    expect(decoded?.marketId).toBe(hash32("condition"));
    expect(decoded?.fills).toEqual([
      { wallet: wallet("ann"), tokenId: "77", side: "SELL", size: 3_000_000n, cash: 1_800_000n },
      { wallet: wallet("ben"), tokenId: "77", side: "SELL", size: 5_000_000n, cash: 2_500_000n },
      { wallet: wallet("tom"), tokenId: "77", side: "BUY", size: 8_000_000n, cash: 4_300_000n },
    ]);
  });

  test("of a seller and buyers", () => {
    const makers = [order("ann", 0, YES, [6_000_000n, 10_000_000n])];
    const input = call(order("tom", 1, YES, [10_000_000n, 5_000_000n]), 5_000_000n, makers, [3_000_000n]);
    expect(fillsOf(input)).toEqual([
      [wallet("ann"), "77", "BUY", 5_000_000n, 3_000_000n],
      [wallet("tom"), "77", "SELL", 5_000_000n, 3_000_000n],
    ]);
  });

  test("of two buyers of both outcomes: the taker's cash is what is pulled", () => {
    const makers = [order("ann", 0, NO, [930_000n, 1_000_000n])];
    const input = call(order("tom", 0, YES, [80_000n, 1_000_000n]), 80_000n, makers, [930_000n]);
    expect(fillsOf(input)).toEqual([
      [wallet("ann"), "99", "BUY", 1_000_000n, 930_000n],
      [wallet("tom"), "77", "BUY", 1_000_000n, 80_000n],
    ]);
  });

  test("of two sellers of both outcomes: the taker gets what is left of a dollar", () => {
    const makers = [order("ann", 1, NO, [4_000_000n, 1_200_000n])];
    const input = call(order("tom", 1, YES, [4_000_000n, 2_000_000n]), 4_000_000n, makers, [4_000_000n]);
    expect(fillsOf(input)?.[1]).toEqual([wallet("tom"), "77", "SELL", 4_000_000n, 2_800_000n]);
  });
});

describe("what is no such match", () => {
  const taker = order("tom", 0, YES, [600_000n, 1_000_000n]);
  const maker = order("ann", 1, YES, [1_000_000n, 600_000n]);
  const input = call(taker, 600_000n, [maker], [1_000_000n]);

  test("another contract, or another function, is passed over", () => {
    expect(decodeMatchCall(V3, input)).toBeNull();
    expect(decodeMatchCall(V2, `0x12345678${input.slice(10)}`)).toBeNull();
  });

  test.each<[string, string]>([
    ["cut in the middle", input.slice(0, -200)],
    ["an amount for no order", call(taker, 600_000n, [maker], [1_000_000n, 1n])],
    ["an order that gives nothing", call(taker, 1n, [order("ann", 1, YES, [0n, 1n])], [1n])],
    ["a side of 2", call(taker, 1n, [order("ann", 2, YES, [1n, 1n])], [1n])],
    ["a price above one", call(taker, 1n, [order("ann", 1, YES, [1n, 2n])], [1n])],
    ["an amount that no token has", call(taker, 1n, [order("ann", 1, YES, [1n, 0n])], [1n << 200n])],
    ["nobody on the other side", call(taker, 1n, [], [])],
  ])("%s is an error", (_what, wrong) => {
    expect(() => decodeMatchCall(V2, wrong)).toThrow(PayloadError);
  });
});
