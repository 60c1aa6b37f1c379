import { expect, test } from "vitest";
import { explainScore, type ScoreExplanation } from "../../src/adapters/postgres/explain-score.ts";
import { explanationText } from "../../src/apps/explanation-tables.ts";
import { jsonText } from "../../src/apps/table.ts";
import { DAY_MS } from "../../src/core/time/time.ts";
import {
  aFill,
  aMarketInfo,
  aRecord,
  blockTime,
  preparedMarket,
  resolved,
  tokenNo,
  walletNo,
} from "../support/chain-facts.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createReputationBench } from "../support/reputation-bench.ts";

const HEAD = 100;

describeOnEachEngine("the explanation of a score", (getDb) => {
  const textOf = (explanation: ScoreExplanation | null, width = 120): string =>
    explanationText(explanation as ScoreExplanation, width);

  test("names units, parts, what was left out and why, edge, tier and history", async () => {
    const bench = await createReputationBench(getDb());
    const buy = (block: number, market: number, overrides = {}) =>
      aFill({ blockNumber: block, logIndex: market, tokenId: tokenNo(2 * market), ...overrides });
    await bench.chain.extend(
      aRecord(1, HEAD, {
        markets: [0, 1, 2, 3, 4].map((n) => preparedMarket(n, 1)),
        // Three that count, one sold without having been seen bought, one still open.
        fills: [...[0, 1, 2, 4].map((market) => buy(2, market)), buy(3, 3, { side: "SELL" })],
        resolutions: [
          resolved(0, [1n, 0n], 50),
          resolved(1, [1n, 0n], 50),
          resolved(2, [0n, 1n], 50),
          resolved(3, [1n, 0n], 50),
        ],
      }),
    );
    await bench.chain.finalize(HEAD, HEAD, blockTime(HEAD));
    expect(await explainScore(getDb(), walletNo(99))).toBeNull();
    expect(await explainScore(getDb(), walletNo(1))).toMatchObject({ published: null, history: [], units: [] });
    expect(textOf(await explainScore(getDb(), walletNo(1)))).toContain("5.00, AVERAGE. Nothing has been scored yet");

    await bench.service.calculate();
    await bench.chain.saveMarketInfo([aMarketInfo(0)], blockTime(HEAD));
    const explanation = await explainScore(getDb(), walletNo(1));
    expect(explanation).toMatchObject({
      isDue: false,
      leftOut: { open: 1, incomplete: 1, beforeLookback: 0, nothingPaid: 0, combos: 0 },
      published: {
        ...{ units: 3, wins: 2, tier: "AVERAGE", runsPast: 0, version: 2, source: "chain", pnlUsd: "8.000000" },
        ...{ ineligibleReason: "TOO_FEW_MARKETS", reasons: ["TOO_FEW_MARKETS", "INCOMPLETE_HISTORY", "CONCENTRATED"] },
        edge: { markets: 3 },
      },
      history: [{ tier: "AVERAGE", closedMarkets: 3, version: 2, ineligibleReason: "TOO_FEW_MARKETS" }],
    });
    expect(explanation?.units.map(({ pnlUsd, leftOut }) => [pnlUsd, leftOut])).toEqual([
      ["6.000000", null],
      ["6.000000", null],
      ["-4.000000", null],
      ["0.000000", "incomplete"],
      ["0.000000", "open"],
    ]);
    const text = textOf(explanation);
    for (const part of [
      "win rate",
      "timing",
      "Will number 0 happen?",
      "1 still open",
      "1 incomplete",
      "TOO_FEW_MARKETS",
    ]) {
      expect(text).toContain(part);
    }
    expect(JSON.parse(jsonText(explanation))).toMatchObject({ published: { units: 3 } });
    const tables = textOf(explanation, 60)
      .split("\n")
      .filter((line) => line.includes("yes") || line.includes("consistency"));
    expect(Math.max(...tables.map((line) => line.length))).toBeLessThanOrEqual(60);

    await bench.clock.advance(90 * DAY_MS);
    await bench.service.calculate();
    expect(await explainScore(getDb(), walletNo(1))).toMatchObject({
      leftOut: { beforeLookback: 4, incomplete: 0 },
      published: { units: 0, score: 5 },
      history: [{ closedMarkets: 0 }, { closedMarkets: 3 }],
    });
  });
});
