import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ExchangeOrder, orderDomain, ZERO_32 } from "../chain/exchange-order.ts";
import { parseAddress, parseTokenId } from "../ids/ids.ts";
import { price, usd } from "../money/amounts.ts";
import { addMs, DAY_MS, epochMs, startOfDay } from "../time/time.ts";
import { checkSigning, type DaySpent, type SigningPolicy } from "./signing-policy.ts";

const wallet = parseAddress(`0x${"22".repeat(20)}`);
const owner = parseAddress(`0x${"33".repeat(20)}`);
const stranger = parseAddress(`0x${"44".repeat(20)}`);
const at = epochMs(1_790_000_000_000);
const domain = orderDomain("v1", false);
const policy: SigningPolicy = {
  ...{ wallet, owner, signatureType: 3, contracts: [domain.verifyingContract], sides: ["BUY", "SELL"] },
  ...{
    minPrice: price(50_000n),
    maxPrice: price(950_000n),
    maxOrderUsd: usd(100_000_000n),
    maxDayUsd: usd(250_000_000n),
  },
};
const order: ExchangeOrder = {
  ...{ salt: 1n, maker: wallet, signer: wallet, tokenId: parseTokenId("7"), side: "BUY", signatureType: 3 },
  ...{ makerAmount: 50_000_000n, takerAmount: 100_000_000n, timestamp: at, metadata: ZERO_32, builder: ZERO_32 },
};
const none: DaySpent = { day: startOfDay(at), spentUsd: usd(0n) };
const code = (changes: Partial<ExchangeOrder>, rules: Partial<SigningPolicy> = {}, spent = none): string => {
  const decision = checkSigning({ ...policy, ...rules }, { order: { ...order, ...changes }, domain }, spent, at);
  return decision.allowed ? "signed" : decision.refusal.code;
};

test.each<[string, Partial<ExchangeOrder>, Partial<SigningPolicy>, string]>([
  ["an order inside the policy", {}, {}, "signed"],
  ["another wallet's order", { maker: stranger }, {}, "WALLET_NOT_ALLOWED"],
  ["another signer", { signer: stranger }, {}, "WALLET_NOT_ALLOWED"],
  ["another signature type", { signatureType: 0 }, {}, "WALLET_NOT_ALLOWED"],
  ["a proxy's order names its owner", { signer: owner, signatureType: 1 }, { signatureType: 1 }, "signed"],
  ["another contract", {}, { contracts: [stranger] }, "CONTRACT_NOT_ALLOWED"],
  ["a side that is switched off", { side: "SELL" }, { sides: ["BUY"] }, "SIDE_NOT_ALLOWED"],
  ["someone's builder code", { builder: `0x${"1".repeat(64)}` }, {}, "FIELD_NOT_ALLOWED"],
  ["metadata", { metadata: `0x${"1".repeat(64)}` }, {}, "FIELD_NOT_ALLOWED"],
  ["a stamp a minute old", { timestamp: addMs(at, -60_001) }, {}, "TIMESTAMP_OFF"],
  ["a stamp from the future", { timestamp: addMs(at, 60_001) }, {}, "TIMESTAMP_OFF"],
  ["a price above the band", { makerAmount: 95_001_000n }, {}, "PRICE_OUT_OF_BAND"],
  ["the band's edge", { makerAmount: 95_000_000n }, {}, "signed"],
  ["a hair above the edge", { makerAmount: 95_000_001n }, {}, "PRICE_OUT_OF_BAND"],
  ["a sale for almost nothing", { side: "SELL", makerAmount: 100_000_000n, takerAmount: 1n }, {}, "PRICE_OUT_OF_BAND"],
  ["a BUY of nothing", { takerAmount: 0n }, {}, "PRICE_OUT_OF_BAND"],
  ["an order above the maximum", { makerAmount: 100_000_001n, takerAmount: 200_000_000n }, {}, "ORDER_ABOVE_MAX"],
])("%s: %#", (_what, changes, rules, expected) => {
  expect(code(changes, rules)).toBe(expected);
});

describe("the day's sum", () => {
  const sum = { day: none.day, spentUsd: usd(200_000_001n) };

  test("counts what was signed before", () => {
    expect(code({}, {}, sum)).toBe("DAY_ABOVE_MAX");
    expect(code({}, {}, { ...sum, spentUsd: usd(200_000_000n) })).toBe("signed");
  });

  test("starts again at midnight UTC, and selling does not add to it", () => {
    expect(code({}, {}, { ...sum, day: epochMs(none.day - DAY_MS) })).toBe("signed");
    expect(code({ side: "SELL", makerAmount: 100_000_000n, takerAmount: 50_000_000n }, {}, sum)).toBe("signed");
  });

  test("is never passed, whatever is asked in whatever order", () => {
    const asked = fc.record({
      cash: fc.bigInt({ min: 1n, max: 120_000_000n }),
      size: fc.bigInt({ min: 1n, max: 240_000_000n }),
      side: fc.constantFrom("BUY" as const, "SELL" as const),
      later: fc.integer({ min: 0, max: DAY_MS / 6 }),
    });
    let signed = 0;
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 60 }), (requests) => {
        let spent = none;
        let now = at;
        const days = new Map<number, bigint>();
        for (const { cash, size, side, later } of requests) {
          now = addMs(now, later);
          const [makerAmount, takerAmount] = side === "BUY" ? [cash, size] : [size, cash];
          const one = { order: { ...order, side, makerAmount, takerAmount, timestamp: now }, domain };
          const decision = checkSigning(policy, one, spent, now);
          if (!decision.allowed) continue;
          signed += 1;
          spent = decision.spent;
          if (side === "BUY") days.set(startOfDay(now), (days.get(startOfDay(now)) ?? 0n) + cash);
        }
        for (const total of days.values()) expect(total <= policy.maxDayUsd).toBe(true);
      }),
    );
    expect(signed).toBeGreaterThan(100);
  });
});
