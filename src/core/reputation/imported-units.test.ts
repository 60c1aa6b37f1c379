import { describe, expect, test } from "vitest";
import { hash32 } from "../../../test/support/sample-logs.ts";
import { type MarketId, parseTokenId } from "../ids/ids.ts";
import { shares, usd } from "../money/amounts.ts";
import { addMs, DAY_MS, epochMs, SECOND_MS } from "../time/time.ts";
import type { AccountEvent, AccountPosition, AccountResolution } from "./account-event.ts";
import { foldAccountEvents } from "./imported-units.ts";

const SINCE = epochMs(100 * DAY_MS);
const market = hash32("m") as MarketId;
const other = hash32("n") as MarketId;
const at = (seconds: number) => addMs(SINCE, seconds * SECOND_MS);
const dollars = (value: number): bigint => BigInt(Math.round(value * 1e6));

function event(
  kind: AccountEvent["kind"],
  seconds: number,
  size: number,
  cash: number,
  more: Partial<AccountEvent> = {},
) {
  const isTrade = kind === "BUY" || kind === "SELL";
  return {
    ...{ kind, at: at(seconds), marketId: market, eventSlug: "event", outcome: isTrade ? (0 as const) : null },
    ...{ tokenId: isTrade ? parseTokenId("1") : null, shares: shares(dollars(size)), cash: usd(dollars(cash)) },
    ...more,
  };
}

const first: AccountResolution = { at: at(100), payoutNumerators: [1_000_000n, 0n] };
const second: AccountResolution = { at: at(100), payoutNumerators: [0n, 1_000_000n] };

function fold(
  events: readonly AccountEvent[],
  resolution: AccountResolution | null = null,
  positions: readonly AccountPosition[] = [],
) {
  const resolutions = new Map(resolution === null ? [] : [[market, resolution] as const]);
  const units = foldAccountEvents(events, { since: SINCE, resolutions, spans: new Map(), positions });
  return new Map(units.map((unit) => [unit.marketId, unit]));
}
const only = (...args: Parameters<typeof fold>) => fold(...args).get(market);

const position = (changes: Partial<AccountPosition> = {}): AccountPosition => ({
  ...{ marketId: market, tokenId: parseTokenId("1"), outcome: 0, status: "OPEN" },
  ...{ currentShares: shares(dollars(10)), totalShares: shares(dollars(10)), firstEntryAt: at(1), lastEventAt: at(1) },
  ...{ entryCost: null, price: null, realisedPnl: usd(0n), totalPnl: usd(0n) },
  ...changes,
});

describe("units of a history", () => {
  test("a winner that was redeemed earned the payout less what it cost, fee and all", () => {
    const unit = only([event("BUY", 1, 10, 4.2), event("REDEEM", 120, 10, 10)], first);
    expect(unit?.unit).toMatchObject({ realised: 5_800_000n, isIncomplete: false });
    expect(unit).toMatchObject({ closedAt: at(100), roiMicros: 1_000_000n });
  });

  test("a loser that nobody redeemed is a loss all the same", () => {
    const unit = only([event("BUY", 1, 10, 4.2)], second);
    expect(unit?.unit.realised).toBe(-4_200_000n);
    expect(unit?.roiMicros).toBe(-1_000_000n);
  });

  test("a redemption may stand in the very second of the resolution", () => {
    expect(only([event("BUY", 1, 10, 4), event("REDEEM", 100, 10, 10)], first)?.unit).toMatchObject({
      ...{ realised: 6_000_000n, isIncomplete: false },
    });
  });

  test("redeemed in two parts it is the same", () => {
    const parts = [event("BUY", 1, 10, 4), event("REDEEM", 120, 4, 4), event("REDEEM", 130, 6, 6)];
    expect(only(parts, first)?.unit).toMatchObject({ realised: 6_000_000n, isIncomplete: false });
  });

  test("a market that pays half to each side pays half of all that is held", () => {
    const half: AccountResolution = { at: at(100), payoutNumerators: [500_000n, 500_000n] };
    const unit = only([event("BUY", 1, 10, 4), event("REDEEM", 120, 10, 5)], half);
    expect(unit?.unit).toMatchObject({ realised: 1_000_000n, isIncomplete: false });
  });

  test("split, sold and merged, the cash says it", () => {
    const events = [event("SPLIT", 1, 10, 10), event("SELL", 2, 4, 3), event("MERGE", 3, 6, 6)];
    expect(only(events)?.unit).toMatchObject({ cashIn: 9_000_000n, cashOut: 10_000_000n, isIncomplete: false });
  });

  test("a sale beyond the holding by dust is rounding; by more, something is missing", () => {
    const sold = (size: number) => only([event("BUY", 1, 10, 4), event("SELL", 2, size, 5)])?.unit;
    expect(sold(10.005)).toMatchObject({ isIncomplete: false, realised: 1_000_000n });
    expect(sold(10.5)?.isIncomplete).toBe(true);
  });
});

describe("what a history cannot prove is incomplete", () => {
  test("a payout above what is held: the rest was bought before the history begins", () => {
    expect(only([event("BUY", 1, 10, 4), event("REDEEM", 120, 25, 25)], first)?.unit.isIncomplete).toBe(true);
  });

  test("tokens redeemed for nothing that nobody saw bought", () => {
    const unit = only([event("REDEEM", 120, 0, 0)], second);
    expect(unit).toMatchObject({ roiMicros: null, closedAt: at(120) });
    expect(unit?.unit.isIncomplete).toBe(true);
  });

  test("every market of an event in which positions were converted", () => {
    const bought = [event("BUY", 1, 10, 4), event("BUY", 1, 10, 4, { marketId: other, eventSlug: "another" })];
    const units = fold([...bought, event("CONVERSION", 2, 10, 0, { marketId: hash32("x") as MarketId })]);
    expect(units.get(market)?.unit.isIncomplete).toBe(true);
    expect(units.get(other)?.unit.isIncomplete).toBe(false);
    expect(units.size).toBe(2);
  });

  test("a position opened before the history begins", () => {
    const before = position({ firstEntryAt: addMs(SINCE, -1) });
    expect(only([event("BUY", 1, 10, 4)], null, [before])?.unit.isIncomplete).toBe(true);
    expect(only([event("BUY", 1, 10, 4)], null, [position()])?.unit.isIncomplete).toBe(false);
  });

  test("a market in which less, or more, was bought than the venue says", () => {
    for (const totalShares of [20, 5])
      expect(
        only([event("BUY", 1, 10, 4)], null, [position({ totalShares: shares(dollars(totalShares)) })])?.unit
          .isIncomplete,
      ).toBe(true);
  });

  test("a loser of before the history that nobody touched since: it counts as an incomplete unit, closed", () => {
    const lost = position({
      marketId: market,
      firstEntryAt: addMs(SINCE, -DAY_MS),
      lastEventAt: addMs(SINCE, -DAY_MS),
    });
    const unit = only([], second, [lost]);
    expect(unit).toMatchObject({ closedAt: at(100), roiMicros: null });
    expect(unit?.unit.isIncomplete).toBe(true);
  });

  test("shares that are gone from the venue and not from the history", () => {
    const held = (size: number) => position({ currentShares: shares(dollars(size)), lastEventAt: at(50) });
    const isIncomplete = (size: number, resolution: AccountResolution | null, more: readonly AccountEvent[] = []) =>
      only([event("BUY", 1, 10, 4), ...more], resolution, [held(size)])?.unit.isIncomplete;
    expect(isIncomplete(10, null)).toBe(false);
    expect(isIncomplete(5, null)).toBe(true);
    expect(isIncomplete(0, first)).toBe(true);
    // A loser that was redeemed for nothing is gone as well, and what was bought since cannot be compared.
    expect(isIncomplete(0, second, [event("REDEEM", 50, 0, 0)])).toBe(false);
    expect(isIncomplete(10, null, [event("BUY", 60, 5, 2)])).toBe(false);
  });

  test("but not what was closed before the history begins", () => {
    const over = position({ currentShares: shares(0n), lastEventAt: addMs(SINCE, -1) });
    expect(only([], first, [over])).toBeUndefined();
  });
});
