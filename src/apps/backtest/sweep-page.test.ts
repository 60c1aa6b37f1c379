import { expect, test } from "vitest";
import { runOptions } from "../../../test/support/backtest-options.ts";
import type { VariantFigures } from "../../core/backtest/sweep/variant-figures.ts";
import { addMs, DAY_MS, epochMs } from "../../core/time/time.ts";
import type { Sweep, SweepStore } from "../../ports/sweep.ts";
import { reportSweep } from "../../services/backtest/sweep-report.ts";
import { sweepPage } from "./sweep-page.ts";
import { sweepText } from "./sweep-text.ts";

const FROM = epochMs(Date.UTC(2026, 8, 1));
const TO = addMs(FROM, 12 * DAY_MS);
const grid = { minScore: [6, 7], exit: ["mirror", "<hold>"], SIZING: ["classic"] };

/** Profits rise with the place in the grid, on every day. */
const figuresAt = (place: number): VariantFigures => ({
  profits: Array.from({ length: 12 }, (_, day) => place * 10 - 12 + (day % 3)),
  bets: Array.from({ length: 12 }, (_, day) => ({
    event: day,
    madeOn: day,
    knownOn: day,
    bets: 2,
    edge: 0.01 * place,
  })),
  ...{ trades: 4, wins: 3, signals: 24, feesUsd: 1, maxDrawdown: 0.02, controlEdge: null, verdict: "cannot tell" },
  edge: { mean: 0.01, interval: { low: -0.01, high: 0.03 }, clusters: 12 },
});

async function reportOf(done: number) {
  const variants = grid.minScore.flatMap((minScore) =>
    grid.exit.map((exit) => {
      const point = { minScore, exit, SIZING: "classic" };
      return { hash: `${minScore} ${exit}`, point, options: runOptions(FROM, TO) };
    }),
  );
  const coverage = { span: { fromBlock: 1, toBlock: 9 }, missing: [], fills: 4_321, firstAt: FROM, lastAt: TO };
  const windows = { fitDays: 6, judgeDays: 3 };
  const plan = { grid, from: FROM, to: TO, objective: "profit", seed: 1, windows, data: "data", coverage } as const;
  const sweep: Sweep = { id: "abc", plan, variants };
  const found = new Map(variants.slice(0, done).map(({ hash }, place) => [hash, figuresAt(place)]));
  const store: Pick<SweepStore, "results"> = { results: async () => found };
  const ledger = { countWith: async (hashes: readonly string[]) => hashes.length + 6, record: async () => undefined };
  return reportSweep(sweep, { store: store as SweepStore, ledger });
}

test("shows the variants, the windows, a heat map, and how much is luck; loads nothing from anywhere", async () => {
  const report = await reportOf(4);
  const page = sweepPage(report);
  expect(page).not.toMatch(/<script|https?:|src=|<link|<hold>/);
  expect(page).toContain("minScore 7, exit &lt;hold&gt;");
  expect(page).toContain('aria-label="USD a day by exit and minScore"');
  expect(page).toContain("10 variants have been tried on this data");
  // What does not vary is no part of a variant's name, nor of a map.
  expect(page).not.toContain("SIZING");
  const tableLines = sweepText(report, 80)
    .split("\n")
    .filter((line) => line.startsWith(" "));
  expect(tableLines.filter((line) => line.trimEnd().length > 80)).toEqual([]);
  const text = sweepText(report, 200);
  expect(text).toMatch(
    /2026-09-01 to 2026-09-06 +2026-09-07 to 2026-09-09 +minScore 7, exit <hold> +19.00 +19.00 +4.00 +100.00 % +1.00/,
  );
  expect(text).toMatch(/Survives +100.00 % +of the in-sample figure/);
  expect(text).toMatch(/Probability of overfitting +0.00 %/);
  // Corrected for ten, not for four.
  expect(report.rows[0]?.corrected?.low).toBeLessThan(-0.015);
});

test("says that it is of a part", async () => {
  const report = await reportOf(3);
  expect(report).toMatchObject({ isPartial: true, variants: 4 });
  expect(sweepPage(report)).toContain("Stopped before the end: these are figures of a part of the variants.");
  expect(sweepText(report, 200)).toMatch(/^STOPPED BEFORE THE END: .*\n\n3 of 4 variants over 4,321 fills/);
});
