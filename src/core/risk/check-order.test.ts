import { describe, expect, it } from "vitest";
import {
  $,
  aBook,
  aConfig,
  aMarketId,
  aTokenId,
  aView,
  NOON,
  px,
  sh,
  someTerms,
} from "../../../test/support/trading.ts";
import { resolveCopyRule } from "../copy/copy-rules.ts";
import type { ClientOrderId, PositionId, SignalId } from "../ids/ids.ts";
import { addMs, isoSecond } from "../time/time.ts";
import { checkOrder, type Decision } from "./check-order.ts";
import type { EventStake } from "./event-exposure.ts";
import type { AccountView, EntryIntent, ExitIntent } from "./order-intent.ts";

const config = aConfig();
const ids = {
  clientOrderId: "O-1" as ClientOrderId,
  positionId: "P-1" as PositionId,
  signalId: "S-1" as SignalId,
  marketId: aMarketId(1),
  tokenId: aTokenId(1, 0),
  outcomeIndex: 0,
} as const;
const entry: EntryIntent = {
  ...ids,
  kind: "entry",
  capPrice: px("0.52"),
  confidence: 0.9,
  evidence: { confidence: 0.9, triggerPrice: px("0.5"), edgeLowerBound: null },
  endsAt: addMs(NOON, 3_600_000),
  expiresAt: addMs(NOON, 60_000),
  negRisk: false,
  copy: { rules: config.copy, rule: resolveCopyRule(config, null), leader: null, wallet: null, category: null },
};
const exit: ExitIntent = { ...ids, kind: "exit", size: sh("100"), slippageBps: 500n };
const account: AccountView = {
  capitalUsd: $("10000"),
  tradingState: "ACTIVE",
  entriesStoppedUntil: null,
  entryPause: null,
  cooldownUntil: null,
  dayLossUsd: $("0"),
  freeCashUsd: $("10000"),
  deployedUsd: $("0"),
  openPositions: 0,
  marketHeld: false,
  eventStakes: [],
  copied: { dayUsd: $("0"), walletDayUsd: $("0"), walletOpenUsd: $("0") },
};
const held = (cost: string, negRisk = false): EventStake => ({
  ...{ marketId: aMarketId(8), outcomeIndex: 1, negRisk, costUsd: $(cost), size: sh("3000"), isOrder: false },
});
const view = aView();
const outcome = (decision: Decision) =>
  decision.approved
    ? "approved"
    : `${decision.refusal.code}: ${decision.refusal.value} against ${decision.refusal.limit}`;
// Kelly at 0.51 and 0.9: f 0.7959…, a quarter of it on 1,000 USD.
const STAKE = "198.97";

describe("an entry", () => {
  it("that meets every limit is approved with its stake, its cap on the tick, and the figures of every check", () => {
    const decision = checkOrder(config, entry, account, view, NOON);
    expect(decision).toMatchObject({
      approved: true,
      order: {
        side: "BUY",
        stakeUsd: $(STAKE),
        limitPrice: px("0.52"),
        approvedAt: NOON,
        goodUntil: addMs(NOON, 10_000),
      },
    });
    expect(decision.checks.every((check) => check.passed)).toBe(true);
    expect(decision.checks.map((check) => check.code)).toEqual([
      "TRADING_PAUSED",
      "DAILY_LOSS_LIMIT",
      "MARKET_COOLDOWN",
      "CONFIDENCE_BELOW_MIN",
      "MARKET_ALREADY_HELD",
      "POSITIONS_AT_MAX",
      "MARKET_CLOSED",
      "DATA_STALE",
      "MARKET_CLOSED",
      "BOOK_EMPTY",
      "SLIPPAGE_ABOVE_MAX",
      "DATA_STALE",
      "KELLY_NOT_POSITIVE",
      "BELOW_MIN_SIZE",
      "DEPLOYED_AT_MAX",
      "EVENT_EXPOSURE_AT_MAX",
      "CASH_EXHAUSTED",
    ]);
  });

  const noFee = someTerms;
  it.each([
    ["TRADING_PAUSED: REDUCING against ACTIVE", entry, { ...account, tradingState: "REDUCING" }, view],
    ["TRADING_PAUSED: HALTED against ACTIVE", entry, { ...account, tradingState: "HALTED" }, view],
    ["DAILY_LOSS_LIMIT: 500 against 500", entry, { ...account, dayLossUsd: $("500") }, view],
    [
      `DAILY_LOSS_LIMIT: 0, until ${isoSecond(addMs(NOON, 1_000))} against 500`,
      entry,
      { ...account, entriesStoppedUntil: addMs(NOON, 1_000) },
      view,
    ],
    ["DAILY_LOSS_LIMIT: 100 against 100", entry, { ...account, capitalUsd: $("1000"), dayLossUsd: $("100") }, view],
    [
      `LOSS_STREAK: 5, until ${isoSecond(addMs(NOON, 1))} against 5 losses in a row`,
      entry,
      {
        ...account,
        entryPause: { code: "LOSS_STREAK", limit: "5 losses in a row", value: "5", until: addMs(NOON, 1) },
      },
      view,
    ],
    [
      `MARKET_COOLDOWN: until ${isoSecond(addMs(NOON, 7))} against no stop loss just before`,
      entry,
      { ...account, cooldownUntil: addMs(NOON, 7) },
      view,
    ],
    ["CONFIDENCE_BELOW_MIN: 0.69 against 0.7", { ...entry, confidence: 0.69 }, account, view],
    ["MARKET_ALREADY_HELD: held against 1 position per market", entry, { ...account, marketHeld: true }, view],
    ["POSITIONS_AT_MAX: 5 against 5", entry, { ...account, openPositions: 5 }, view],
    ["MARKET_CLOSED: no book against accepting orders", entry, account, { ...view, book: null }],
    ["MARKET_CLOSED: unknown to the venue against accepting orders", entry, account, { ...view, terms: null }],
    [
      "MARKET_CLOSED: not accepting orders against accepting orders",
      entry,
      account,
      { ...view, terms: { ...noFee, acceptingOrders: false } },
    ],
    ["MARKET_CLOSED: 0 ms past the end against before the end", { ...entry, endsAt: NOON }, account, view],
    ["DATA_STALE: book 10001 ms against 10000 ms", entry, account, { ...view, observedAt: addMs(NOON, -10_001) }],
    ["DATA_STALE: chain 10001 ms against 10000 ms", entry, account, { ...view, chainAsOf: addMs(NOON, -10_001) }],
    ["DATA_STALE: no block against 10000 ms", entry, account, { ...view, chainAsOf: null }],
    ["BOOK_EMPTY: none against an ask", entry, account, { ...view, book: aBook([["0.49", "10"]], []) }],
    ["SLIPPAGE_ABOVE_MAX: 0.53 against 0.52", entry, account, { ...view, book: aBook([], [["0.53", "10"]]) }],
    [
      "SLIPPAGE_ABOVE_MAX: no tick between the ask and the cap against 0.515",
      { ...entry, capPrice: px("0.515") },
      account,
      { ...view, book: aBook([], [["0.512", "10"]]) },
    ],
    [
      "KELLY_NOT_POSITIVE: -1.000000 against 0",
      { ...entry, capPrice: px("0.99") },
      account,
      { ...view, book: aBook([], [["0.95", "1000"]]) },
    ],
    [
      "BELOW_MIN_SIZE: 382.6346 shares, 198.97 USD against 500 shares, 1 USD",
      entry,
      account,
      { ...view, book: aBook([], [["0.51", "1000"]], { minOrderSize: sh("500") }) },
    ],
    ["DEPLOYED_AT_MAX: 5000.01 against 5000", entry, { ...account, deployedUsd: $("4801.04") }, view],
    ["EVENT_EXPOSURE_AT_MAX: 2000.01 against 2000", entry, { ...account, eventStakes: [held("1801.04")] }, view],
    ["CASH_EXHAUSTED: 198.97 against 198.96", entry, { ...account, freeCashUsd: $("198.96") }, view],
  ] as const)("is refused with %s", (expected, intent, seenAccount, seenView) => {
    expect(outcome(checkOrder(config, intent, seenAccount, seenView, NOON))).toBe(expected);
  });

  it("passes where a limit is met exactly", () => {
    const brink = {
      ...account,
      deployedUsd: $("4801.03"),
      eventStakes: [held("1801.03")],
      openPositions: 4,
      dayLossUsd: $("499.99"),
    };
    const at = { ...view, observedAt: addMs(NOON, -10_000), chainAsOf: addMs(NOON, -10_000) };
    expect(outcome(checkOrder(config, { ...entry, confidence: 0.7 }, brink, at, NOON))).toBe("approved");
    const pause = { code: "LOSS_STREAK", limit: "5 losses in a row", value: "5", until: NOON } as const;
    const over = { ...account, entryPause: pause, cooldownUntil: NOON, entriesStoppedUntil: NOON };
    expect(outcome(checkOrder(config, entry, { ...over, freeCashUsd: $(STAKE) }, view, NOON))).toBe("approved");
    const atCap = { ...view, book: aBook([], [["0.52", "1000"]]) };
    expect(outcome(checkOrder(config, entry, account, atCap, NOON))).toBe("approved");
  });

  it("of the least size passes, and a hair less does not", () => {
    const staked = (text: string, minOrderSize: string) => {
      const rule = { ...entry.copy.rule, stake: { kind: "fixed", usd: $(text) } } as const;
      const book = aBook([], [["0.51", "1000"]], { minOrderSize: sh(minOrderSize) });
      const fixed = { ...entry, copy: { ...entry.copy, rule } };
      return outcome(checkOrder(config, fixed, account, { ...view, book }, NOON)).split(":")[0];
    };
    expect([staked("2.6", "5"), staked("2.59", "5")]).toEqual(["approved", "BELOW_MIN_SIZE"]);
    expect([staked("1", "1"), staked("0.99", "1")]).toEqual(["approved", "BELOW_MIN_SIZE"]);
  });

  it("at its own probability is refused as a bet that gains nothing, not as too small", () => {
    const even = { ...entry, capPrice: px("0.99"), evidence: { ...entry.evidence, confidence: 0.75 } };
    const dear = { ...view, book: aBook([], [["0.75", "1000"]]) };
    expect(outcome(checkOrder(config, even, account, dear, NOON))).toBe("KELLY_NOT_POSITIVE: 0.000000 against 0");
  });

  it("counts the worst outcome of an event of which one market alone resolves to yes", () => {
    const seen = { ...account, eventStakes: [held("1950", true)] };
    const no: EntryIntent = { ...entry, outcomeIndex: 1, negRisk: true };
    // If market 8 wins we lose 1,950 there, and our order, which pays then, may not be filled at all.
    expect(outcome(checkOrder(config, no, seen, view, NOON))).toBe("approved");
    // A yes is lost together with it.
    const yes: EntryIntent = { ...entry, outcomeIndex: 0, negRisk: true };
    expect(outcome(checkOrder(config, yes, seen, view, NOON))).toBe("EVENT_EXPOSURE_AT_MAX: 2148.97 against 2000");
  });

  it("is cut to the capital's share for one signal", () => {
    const decision = checkOrder(config, entry, { ...account, capitalUsd: $("500"), freeCashUsd: $("500") }, view, NOON);
    expect(decision).toMatchObject({ approved: true, order: { stakeUsd: $("100") } });
  });

  it("counts the highest fee in what it may cost", () => {
    const terms = { ...someTerms, fee: { rate: 0.05, exponent: 1 } };
    const decision = checkOrder(config, entry, account, { ...view, terms }, NOON);
    // 198.97 spent at one cent: 19,897 shares, 0.0099 · 0.05 each, and a step for each level of the book.
    expect(decision).toMatchObject({ approved: true, worstCostUsd: $("208.82002") });
  });
});

describe("an exit", () => {
  it("goes on while entries are paused, the day's loss is reached and everything is at its maximum", () => {
    const bad: AccountView = {
      ...account,
      tradingState: "REDUCING",
      dayLossUsd: $("900"),
      openPositions: 9,
      deployedUsd: $("9000"),
      freeCashUsd: $("0"),
      marketHeld: true,
    };
    expect(checkOrder(config, exit, bad, view, NOON)).toMatchObject({
      approved: true,
      order: { side: "SELL", size: sh("100"), limitPrice: px("0.46") },
    });
  });

  it("of the least size is sold, on whatever the chain last said: a silent chain holds nobody in", () => {
    const small = { ...exit, size: sh("5") };
    expect(outcome(checkOrder(config, small, account, { ...view, chainAsOf: null }, NOON))).toBe("approved");
  });

  it.each([
    ["TRADING_PAUSED: HALTED against ACTIVE or REDUCING", exit, { ...account, tradingState: "HALTED" }, view],
    ["MARKET_CLOSED: no book against accepting orders", exit, account, { ...view, book: null }],
    ["DATA_STALE: book 10001 ms against 10000 ms", exit, account, { ...view, observedAt: addMs(NOON, -10_001) }],
    ["BOOK_EMPTY: none against a bid", exit, account, { ...view, book: aBook([], [["0.51", "10"]]) }],
    ["BELOW_MIN_SIZE: 4.99 against 5", { ...exit, size: sh("4.999") }, account, view],
  ] as const)("is refused with %s", (expected, intent, seenAccount, seenView) => {
    expect(outcome(checkOrder(config, intent, seenAccount, seenView, NOON))).toBe(expected);
  });
});
