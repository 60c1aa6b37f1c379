import { expect, test } from "vitest";
import { runOptions } from "../../../test/support/backtest-options.ts";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { tableHistory } from "../../../test/support/table-history.ts";
import { epochMs, HOUR_MS } from "../../core/time/time.ts";
import { backtest } from "../../services/backtest/backtest.ts";
import { ticks } from "./charts.ts";
import { reportPage } from "./page.ts";
import { reportText } from "./terminal-text.ts";

const START = Date.UTC(2026, 2, 1);
const at = (hour: number, second = 0) => epochMs(START + hour * HOUR_MS + second * 1_000);
const TITLE = `<script>alert("1")</script> & 'more'`;

/** Wallet 0 wins twelve bets and is followed into a thirteenth. */
async function aReport(signal?: AbortSignal) {
  const wins = Array.from({ length: 12 }, (_, market) => market);
  const history = tableHistory(
    [
      ...wins.map((market) => ({ at: at(market), wallet: 0, market, shares: 100, price: 0.5 })),
      { at: at(26), wallet: 0, market: 12, shares: 400, price: 0.5 },
      { at: at(26, 4), wallet: 1, market: 12, shares: 900, price: 0.5 },
    ],
    [...wins, 12].map((market) => ({ at: at(market === 12 ? 27 : 20), market, pays: [1, 0] })),
    () => ({ title: TITLE }),
  );
  const { engine, ...rest } = runOptions(at(24), at(30));
  const rules = { ...engine.signals, minWhaleScore: 6.5 };
  const options = { ...rest, engine: { ...engine, signals: rules, limits: { ...engine.limits, minConfidence: 0.6 } } };
  const recorded: string[] = [];
  const variants = {
    countWith: async () => recorded.length + 3,
    record: async ({ verdict }: { readonly verdict: string }) => void recorded.push(verdict),
  };
  const deps = { history, variants, clock: createManualClock(at(100)) };
  const report = await backtest(deps, options, { proofs: 2, ...(signal === undefined ? {} : { signal }) });
  return { report, recorded };
}

test("shows every trade with its reasons, escapes titles, and loads nothing from anywhere", async () => {
  const { report, recorded } = await aReport();
  expect(report.trades).toHaveLength(1);
  expect(report.proof).toMatchObject({ sampled: 2, differing: [] });
  expect(recorded).toEqual(["cannot tell"]);
  const page = reportPage(report);
  expect(page).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;: Yes");
  expect(page).not.toMatch(/<script|https?:|src=|<link/);
  expect(page).toContain("checks passed: TRADING_PAUSED");
  expect(page).toContain("<b>$10,000.00</b>");
  expect(page).toContain("color-scheme: light dark");
  expect(page).toContain("3 variants have been tried on this data");
  const text = reportText(report, 120);
  expect(text).toContain("Verdict: cannot tell.");
  expect(text).not.toContain("STOPPED");
});

test("says that it was stopped, has no proof then, and is not counted among the variants", async () => {
  const { report, recorded } = await aReport(AbortSignal.abort());
  expect(report).toMatchObject({ isPartial: true, fills: 0, proof: null });
  expect(recorded).toEqual([]);
  expect(reportPage(report)).toContain("Stopped before the end");
  expect(reportText(report, 120)).toMatch(/^STOPPED BEFORE THE END/);
});

test("axes have round steps within their range", () => {
  expect(ticks(0, 10)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(ticks(-0.031, 0.042).map((tick) => tick.toFixed(2))).toEqual(["-0.02", "0.00", "0.02", "0.04"]);
  expect(ticks(5, 5)).toEqual([5]);
});
