import { describe, expect, test } from "vitest";
import { aFill, tokenNo, walletNo } from "../../../test/support/chain-facts.ts";
import type { Fill } from "../../core/chain/fill.ts";
import { price, shares } from "../../core/money/amounts.ts";
import { type EpochMs, epochMs } from "../../core/time/time.ts";
import type { TradeHint } from "../../ports/trade-hint.ts";
import { createHintMatcher } from "./hint-matcher.ts";

const at = (ms: number): EpochMs => epochMs(1_000_000 + ms);
const { fill } = aFill({ blockNumber: 5, logIndex: 3 });

const hintOf = (of: Fill, changes: Partial<TradeHint> = {}): TradeHint => ({
  source: "rtds",
  txHash: of.txHash,
  wallet: of.wallet,
  tokenId: of.tokenId,
  marketId: null,
  side: of.side,
  size: of.size,
  price: price(400_000n),
  occurredAt: at(0),
  receivedAt: at(0),
  ...changes,
});

describe("a hint and its log", () => {
  test("find each other when the hint comes first", () => {
    const matcher = createHintMatcher();
    expect(matcher.addHint(hintOf(fill))).toMatchObject({ match: null });
    expect(matcher.waiting()).toBe(1);
    expect(matcher.addFills([fill], at(1_500))).toEqual([
      { hint: hintOf(fill), match: { logReceivedAt: at(1_500), blockNumber: 5, logIndex: 3 } },
    ]);
    expect(matcher.waiting()).toBe(0);
  });

  test("find each other when the log comes first", () => {
    const matcher = createHintMatcher();
    expect(matcher.addFills([fill], at(0))).toEqual([]);
    expect(matcher.addHint(hintOf(fill, { receivedAt: at(800) }))?.match).toMatchObject({ logReceivedAt: at(0) });
  });

  test.each<[string, Partial<TradeHint>]>([
    ["wallet", { wallet: walletNo(9) }],
    ["token", { tokenId: tokenNo(9) }],
    ["side", { side: "SELL" }],
  ])("of another %s do not", (_what, changes) => {
    const matcher = createHintMatcher();
    matcher.addHint(hintOf(fill, changes));
    expect(matcher.addFills([fill], at(0))).toEqual([]);
  });

  test("heard twice counts once, also after its log came", () => {
    const matcher = createHintMatcher();
    matcher.addHint(hintOf(fill));
    expect(matcher.addHint(hintOf(fill, { receivedAt: at(10) }))).toBeNull();
    matcher.addFills([fill], at(20));
    expect(matcher.addHint(hintOf(fill, { receivedAt: at(30) }))).toBeNull();
  });

  test("two sources are measured each for itself", () => {
    const matcher = createHintMatcher();
    matcher.addHint(hintOf(fill));
    matcher.addHint(hintOf(fill, { source: "pending", receivedAt: at(-500) }));
    expect(matcher.addFills([fill], at(100))).toHaveLength(2);
  });

  test("of several fills of one wallet in a transaction, each answers the hint nearest in size, once", () => {
    const matcher = createHintMatcher();
    const other: Fill = { ...fill, logIndex: 8, size: shares(2_000_000n) };
    matcher.addFills([fill, other], at(0));
    const second = matcher.addHint(hintOf(fill, { size: shares(2_010_000n) }));
    const first = matcher.addHint(hintOf(fill));
    expect([first?.match?.logIndex, second?.match?.logIndex]).toEqual([3, 8]);
    expect(matcher.addHint(hintOf(fill, { size: shares(1n) }))?.match).toBeNull();
  });

  test("are waited for five minutes and not for ever", () => {
    const matcher = createHintMatcher();
    matcher.addHint(hintOf(fill));
    matcher.addFills([], at(301_000));
    expect(matcher.waiting()).toBe(0);
    expect(matcher.addFills([fill], at(302_000))).toEqual([]);
  });
});
