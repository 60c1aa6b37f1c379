import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { $, aDegen, aFillEvent, aWallet, aWhale, NOON, px, sh } from "../../../test/support/trading.ts";
import { addMs } from "../time/time.ts";
import { type Episode, extendEpisode, retractEpisode } from "./episode.ts";
import { detectExitFollow } from "./exit-follow.ts";
import { detectFadeDegen, isDegen, type PanicSell } from "./fade-degen.ts";
import { retractFills } from "./fill-sum.ts";
import { detectFollowWhale } from "./follow-whale.ts";
import { UNSCORED_WALLET } from "./observed-fill.ts";
import { DEFAULT_SIGNAL_RULES } from "./signal-rules.ts";

/** Each rule of signals (strategy, section 4) on either side of its limit. */

const rules = { ...DEFAULT_SIGNAL_RULES, fadeDegens: true };
const GAP_MS = 600_000;
const fillOf = (options: Parameters<typeof aFillEvent>[0] = {}) => aFillEvent({ ageMs: 0, ...options }).fill;

describe("an episode", () => {
  const first = extendEpisode(undefined, fillOf(), GAP_MS);

  it.each([
    [GAP_MS, 2],
    [GAP_MS + 1, 1],
  ])("goes on after a gap of %i ms with %i fills", (gapMs, fills) => {
    expect(extendEpisode(first, fillOf({ at: addMs(NOON, gapMs) }), GAP_MS).fills).toBe(fills);
  });

  it("ends with its latest fill, in whatever order they are told", () => {
    const late = extendEpisode(first, fillOf({ at: addMs(NOON, 5), block: 105 }), GAP_MS);
    expect(extendEpisode(late, fillOf(), GAP_MS)).toMatchObject({ lastAt: addMs(NOON, 5), fills: 3 });
  });

  it("of which blocks are retracted is as if they had never been, but for one that gave its signal", () => {
    const block = fc.record({
      size: fc.integer({ min: 1, max: 90 }),
      ms: fc.nat(GAP_MS / 20),
      fills: fc.integer({ min: 1, max: 3 }),
    });
    const isLeft = fc.property(fc.array(block, { minLength: 1, maxLength: 20 }), fc.nat(20), (blocks, kept) => {
      let at = NOON;
      const fills = blocks.flatMap(({ size, ms, fills: count }, index) => {
        at = addMs(at, ms);
        return Array.from({ length: count }, () => fillOf({ at, block: 100 + index, size: String(size), cash: "1" }));
      });
      const sum = (of: typeof fills) =>
        of.reduce<Episode | undefined>((episode, fill) => extendEpisode(episode, fill, GAP_MS), undefined);
      const retracted = retractEpisode(sum(fills) as Episode, 100 + kept);
      expect(retracted).toEqual(sum(fills.filter(({ blockNumber }) => blockNumber < 100 + kept)) ?? null);
    });
    fc.assert(isLeft, { numRuns: 100 });
    const signalled: Episode = { ...first, signalled: true };
    expect(retractEpisode(signalled, 100)).toBe(signalled);
  });

  it("has the price of all its fills, rounded down: the cap is never above what the whale paid and 5 %", () => {
    const { trigger } = detectFollowWhale(rules, undefined, fillOf({ size: "300", cash: "100" }), aWhale, $("100"));
    expect(trigger?.price).toBe(px("0.333333"));
  });
});

describe("a panic", () => {
  const sellAt = (wallet: number, ms: number): PanicSell => ({
    ...{ wallet: aWallet(wallet), at: addMs(NOON, ms), blockNumber: 100, size: sh("10"), cash: $("4") },
  });
  const four = [1, 2, 3, 4].map((wallet) => sellAt(wallet, 0));
  const fifth = (ms: number) => fillOf({ side: "SELL", wallet: 5, size: "10", cash: "4", at: addMs(NOON, ms) });

  it.each([
    [300_000, 5],
    [300_001, 0],
  ])("with its last sale after %i ms has %i wallets", (ms, wallets) => {
    const { trigger } = detectFadeDegen(rules, four, fifth(ms), aDegen);
    expect(trigger?.panicWallets.length ?? 0).toBe(wallets);
  });

  it("is used up by its signal", () => {
    expect(detectFadeDegen(rules, four, fifth(0), aDegen).sells).toEqual([]);
    expect(detectFadeDegen(rules, four.slice(1), fifth(0), aDegen).sells).toHaveLength(4);
  });

  it("is made by wallets below the score, not at it, and not by those that nobody has scored", () => {
    expect([2.99, 3].map((score) => isDegen(rules, { ...aDegen, score }))).toEqual([true, false]);
    expect(isDegen({ ...rules, maxFadeScore: 6 }, UNSCORED_WALLET)).toBe(false);
  });
});

describe("a leader's exit", () => {
  const sale = (size: string, ms: number, block: number, heldBefore: string | null = "1000") =>
    fillOf({ side: "SELL", size, cash: "10", heldBefore, block, at: addMs(NOON, ms) });
  const begun = detectExitFollow(rules, null, sale("400", 0, 100), aWhale).exit;

  it.each([
    [GAP_MS, true],
    [GAP_MS + 1, false],
  ])("in two sales %i ms apart is seen: %s", (ms, isExit) => {
    const { trigger } = detectExitFollow(rules, begun, sale("100", ms, 101, "600"), aWhale);
    expect(trigger !== null).toBe(isExit);
  });

  it("is a half of what is known to be held, and all of what was never seen bought", () => {
    const exits = (size: string, held: string | null) =>
      detectExitFollow(rules, null, sale(size, 0, 100, held), aWhale).trigger !== null;
    expect([exits("500", "1000"), exits("499.999999", "1000"), exits("10", null)]).toEqual([true, false, true]);
  });

  it("is unlearned block by block", () => {
    const both = detectExitFollow(rules, begun, sale("50", 1, 101), aWhale).exit;
    expect(retractFills(both, 102)).toBe(both);
    expect(retractFills(both, 101)).toMatchObject({ size: sh("400"), cash: $("10"), fills: 1 });
    expect(retractFills(both, 100)).toBeNull();
  });
});
