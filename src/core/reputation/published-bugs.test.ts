// Accounting bugs that others published (prior art, section 2), as far as the ledger and the score could have them.
import { describe, expect, it } from "vitest";
import { closedAt, roiMicros } from "../accounting/unit.ts";
import { epochMs } from "../time/time.ts";
import { checkEligibility } from "./eligibility.ts";
import { unitEdgeMicros } from "./entries.ts";
import { foldEntries, replayEntries } from "./fold.ts";
import type { LedgerFill } from "./ledger-entry.ts";
import { computeScore } from "./score.ts";
import { applyFill, applyResolution, type LedgerMarket, newUnitRecord, type UnitRecord } from "./unit-record.ts";

const OPEN: LedgerMarket = { marketKey: 1, span: null, isCombo: false, resolution: null };
const ENDED = { blockNumber: 9, logIndex: 0, at: epochMs(9e6) };
const WON: LedgerMarket = { ...OPEN, resolution: { ...ENDED, payoutNumerators: [1n, 0n] } };
const LOST: LedgerMarket = { ...OPEN, resolution: { ...ENDED, payoutNumerators: [0n, 1n] } };

const fillOf = (log: number, overrides: Partial<LedgerFill> = {}): LedgerFill => ({
  ...{ blockNumber: 1, logIndex: log, walletKey: 1, marketKey: 1, outcome: 0, at: epochMs(log * 1000) },
  ...{ isSell: false, size: 10_000_000n, cash: 4_000_000n, fee: 0n, isFeeInShares: false },
  ...overrides,
});
const unitOf = (market: LedgerMarket, ...fills: readonly LedgerFill[]): UnitRecord =>
  applyResolution(
    fills.reduce((record, fill) => applyFill(record, fill, null), newUnitRecord(1, OPEN)),
    market,
  );
const edgeOf = (record: UnitRecord, market: LedgerMarket): bigint | null =>
  unitEdgeMicros(record.entries, market.resolution?.payoutNumerators ?? [1n, 0n]);

describe("published accounting bugs", () => {
  it("a winner who never shows a redemption is paid all the same, and does not go on holding", () => {
    const { unit } = unitOf(WON, fillOf(1));
    expect([unit.realised, closedAt(unit)]).toEqual([6_000_000n, epochMs(9e6)]);
  });

  it("a position ridden to zero is a closed loss, not an open position", () => {
    const { unit } = unitOf(LOST, fillOf(1));
    expect([unit.realised, closedAt(unit)]).toEqual([-4_000_000n, epochMs(9e6)]);
  });

  it("a SELL is no entry: the edge comes from BUYs at the BUY's price alone", () => {
    const bought = unitOf(WON, fillOf(1));
    const sold = unitOf(WON, fillOf(1), fillOf(2, { isSell: true, cash: 9_000_000n }));
    expect(edgeOf(sold, WON)).toBe(edgeOf(bought, WON));
  });

  it("one decision that took thirty fills counts once", () => {
    const pieces = Array.from({ length: 30 }, (_, i) => fillOf(i + 1));
    const { entries } = unitOf(WON, ...pieces);
    expect([entries.episodes[0].ended, entries.episodes[0].open?.shares]).toEqual([0, 300_000_000n]);
  });

  it("many decisions in one market are one observation, so no interval shrinks by them", () => {
    const apart = Array.from({ length: 5 }, (_, i) => fillOf(i + 1, { at: epochMs(i * 3_600_000) }));
    expect(edgeOf(unitOf(WON, ...apart), WON)).toBe(600_000n);
  });

  it("the edge is measured against the price paid and not against one half", () => {
    expect(edgeOf(unitOf(WON, fillOf(1, { cash: 9_500_000n })), WON)).toBe(50_000n);
  });

  it("fees are booked, in P&L and in edge", () => {
    const paid = unitOf(WON, fillOf(1, { fee: 100_000n }));
    expect([paid.unit.realised, edgeOf(paid, WON)]).toEqual([5_900_000n, 590_000n]);
    const inShares = unitOf(WON, fillOf(1, { fee: 2_000_000n, isFeeInShares: true }));
    expect([inShares.unit.realised, edgeOf(inShares, WON)]).toEqual([4_000_000n, 500_000n]);
  });

  it("a position is what is held in shares, not what is left of the cash", () => {
    const { unit } = unitOf(OPEN, fillOf(1), fillOf(2, { isSell: true, size: 5_000_000n, cash: 4_000_000n }));
    expect([unit.cashIn - unit.cashOut, unit.holdings[0].shares, closedAt(unit)]).toEqual([0n, 5_000_000n, null]);
  });

  it("no dead-band: a win of one micro is a win, and nothing won is none", () => {
    const sold = (cash: bigint) => unitOf(OPEN, fillOf(1), fillOf(2, { isSell: true, cash })).unit.realised;
    expect([sold(4_000_001n) > 0n, sold(4_000_000n) > 0n]).toEqual([true, false]);
  });

  it("a sample that was cut off gives no wins: what was sold without being seen bought is incomplete and has no roi", () => {
    const { unit } = unitOf(WON, fillOf(1, { isSell: true }));
    expect([unit.realised, unit.isIncomplete, roiMicros(unit)]).toEqual([0n, true, null]);
  });

  it("a price close to 1 settles nothing: only the resolution does, and one that is taken back leaves the unit open", () => {
    const nearlyWon = unitOf(OPEN, fillOf(1), fillOf(2, { size: 1_000_000n, cash: 999_000n }));
    expect([nearlyWon.unit.realised, closedAt(nearlyWon.unit)]).toEqual([0n, null]);
    // A replay is what follows a resolution that was taken back: from the entries, with the market as it now is.
    const fills = [fillOf(1), fillOf(2, { isSell: true, size: 1_000_000n, cash: 900_000n, blockNumber: 10 })];
    const unitAfter = (market: LedgerMarket) =>
      replayEntries(new Map(), fills, new Map([[1, market]])).get("1:1")?.unit;
    expect([unitAfter(WON)?.resolvedAt, unitAfter(OPEN)?.resolvedAt]).toEqual([ENDED.at, null]);
    expect(unitAfter(OPEN)?.realised).toBe(500_000n);
  });

  it("a market maker's flow is no opinion: who buys both sides or mostly rests may not be followed", () => {
    const facts = {
      ...{ isInfrastructure: false, isWash: false, closedUnits: 40, incompleteUnits: 0, bothSidesUnits: 0 },
      ...{ fills: 5_000n, makerVolume: 0n, volume: 100n, pnl: 100n, largestUnitPnl: 10n },
    };
    expect(checkEligibility(facts)).toBeNull();
    expect(checkEligibility({ ...facts, makerVolume: 90n })).toBe("MARKET_MAKER");
    expect(checkEligibility({ ...facts, bothSidesUnits: 20 })).toBe("MARKET_MAKER");
  });

  it("pages in the wrong order are noticed: a fill before one that is booked has its unit replayed", () => {
    const [bought, sold] = [fillOf(1), fillOf(2, { isSell: true, cash: 6_000_000n })];
    const markets = new Map([[1, OPEN]]);
    const first = foldEntries(new Map(), [sold], markets).changed;
    expect([...foldEntries(first, [bought], markets).outOfOrder.keys()]).toEqual(["1:1"]);
    expect(replayEntries(new Map(), [bought, sold], markets).get("1:1")?.unit.realised).toBe(2_000_000n);
  });

  it("P&L is over losers and winners: a page of winners alone is not a wallet", () => {
    const [won, lost] = [unitOf(WON, fillOf(1)), unitOf(LOST, fillOf(1))].map(({ unit }) => unit.realised);
    const roi = [won, lost]
      .map((pnl) => ((pnl as bigint) * 1_000_000n) / 4_000_000n)
      .map((r) => (r > 1_000_000n ? 1_000_000n : r));
    const { winRate, avgProfit } = computeScore({
      ...{ units: 2, wins: 1, roi: (roi[0] as bigint) + (roi[1] as bigint), timedCost: 0n, aheadCost: 0n },
      roiSquared: roi.reduce((sum, r) => sum + r * r, 0n),
    });
    expect([winRate, avgProfit]).toEqual([0.5, 0]);
  });
});
