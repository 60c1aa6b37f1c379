import { expect, test } from "vitest";
import type { Estimate } from "../../core/backtest/bootstrap.ts";
import type { ResearchTable } from "../../core/research/table.ts";
import { epochMs } from "../../core/time/time.ts";
import type { ResearchReport } from "../../services/research/research.ts";
import { researchPage } from "./page.ts";
import { researchText } from "./text.ts";

const known = (mean: number, low: number, high: number): Estimate => ({
  ...{ mean, interval: { low, high }, corrected: null, clusters: 40 },
});

const table: ResearchTable = {
  ...{ title: "Size", meaning: "What a dollar earned.", counted: "episodes", clustered: "events", unit: "percent" },
  extraHead: ["a wide column that nobody needs", "USD"],
  rows: [
    { name: "small", count: 1_200, value: known(-0.02, -0.04, 0.01), extra: ["x", "90"], published: "−0.92 %" },
    {
      name: "<b>large</b>",
      count: 3,
      value: { mean: 0.5, interval: null, corrected: null, clusters: 3 },
      extra: ["", ""],
    },
    { name: "none", count: 0, value: null, extra: ["", ""] },
  ],
  notes: ["A note."],
  citations: [{ who: "Somebody, 2026", what: "so much", where: "https://example.org" }],
};
const report: ResearchReport = {
  ...{ topic: "size-buckets", table, from: epochMs(0), to: epochMs(86_400_000), category: null, fills: 1_300, seed: 7 },
  coverage: {
    ...{ span: { fromBlock: 1, toBlock: 10 }, missing: [{ fromBlock: 3, toBlock: 4 }], fills: 2_000 },
    ...{ firstAt: epochMs(0), lastAt: epochMs(1) },
  },
  isPartial: false,
};

test("shows figures with intervals beside what was published, fits the width, and says where it cannot tell", () => {
  const text = researchText(report, 80);
  expect(text).toContain(
    "1,300 fills from 1970-01-01 to 1970-01-02; held are 2,000 fills of blocks 1 to 10, 2 blocks are missing in 1 gaps. Seed 7.",
  );
  expect(text).toMatch(/small +1,200 +40 +-2\.00 % +-4\.00 % to 1\.00 % +−0\.92 %/);
  expect(text).toMatch(/<b>large<\/b> +3 +3 +50\.00 % +cannot tell/);
  expect(text).toMatch(/none +0 +– +– +cannot tell/);
  expect(text).not.toContain("nobody needs");
  const drawn = text.split("\n").filter((line) => /[├○┊]/.test(line));
  expect(drawn).toHaveLength(2);
  expect(drawn[0]).toMatch(/├─*●─*┤/);
  for (const line of drawn) expect(line.length).toBeLessThanOrEqual(80);
  expect(researchText({ ...report, isPartial: true }, 200)).toMatch(/^STOPPED BEFORE THE END/);
});

test("a page loads nothing and shows what others wrote as text", () => {
  const page = researchPage(report);
  expect(page).toContain("&lt;b&gt;large&lt;/b&gt;");
  expect(page).not.toContain("<b>large");
  expect(page).not.toMatch(/<script|<link|src=/);
  expect(page).toContain("<svg");
  expect(page).toContain("Somebody, 2026: so much. https://example.org");
});
