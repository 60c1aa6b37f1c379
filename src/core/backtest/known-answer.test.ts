// A world of thirty lines, worked out by hand. Wallet 0 wins twelve bets, so it is followed:
//   score after 12 wins: raw 8.5 + ln 13 / ln 101 + 0.25 = 9.30577, confidence 12/32 → 6.61466; after 13: 6.70254
// A  0.50: p 0.661466, f = 2p − 1 = 0.322933, stake 80.73; fills 158.2941 at 0.51 = 80.729991; pays 1 → +77.564109
// B  0.40: p 0.670254, f = (1.5p − (1−p)) / 1.5 = 0.450423, stake 112.60; of 200 at 0.41 and 100 at 0.42 it gets 47 %:
//    94 · 0.41 + 47 · 0.42 = 58.28, fees 0.90954 + 0.45797; the leader sells, 141 at 0.44 = 62.04, fee 1.3897 → +1.00279
// C  0.50: f = 0.340508, stake 85.12, 170.24 shares at 0.50; the bid falls to 0.40 (−20 %), sold at 0.39 = 66.3936 → −18.7264
// D  0.60: the next price is 0.70, the cap 0.63: nothing is filled
import { expect, test } from "vitest";
import { dollars, engineOf, runOptions } from "../../../test/support/backtest-options.ts";
import { type TableFill, type TableResolution, tableHistory } from "../../../test/support/table-history.ts";
import { runBacktest } from "../../services/backtest/run-backtest.ts";
import { DEFAULT_RISK_LIMITS } from "../risk/limits.ts";
import { epochMs, HOUR_MS } from "../time/time.ts";
import { judgeRun } from "./result.ts";
import { listTrades } from "./trades.ts";

const DAY_1 = Date.UTC(2026, 2, 2);
const at = (hour: number, minute = 0, second = 0) => epochMs(DAY_1 + hour * HOUR_MS + minute * 60_000 + second * 1_000);

const wins = Array.from({ length: 12 }, (_, market) => market);
const FILLS: readonly TableFill[] = [
  ...wins.map((market) => ({ at: at(-20 + market), wallet: 0, market, shares: 100, price: 0.5 })),
  { at: at(2), wallet: 0, market: 12, shares: 400, price: 0.5 },
  { at: at(2, 0, 4), wallet: 1, market: 12, shares: 500, price: 0.51 },
  { at: at(4), wallet: 0, market: 13, shares: 500, price: 0.4 },
  { at: at(4, 0, 6), wallet: 2, market: 13, shares: 200, price: 0.41 },
  { at: at(4, 0, 10), wallet: 3, market: 13, shares: 100, price: 0.42 },
  { at: at(5), wallet: 0, market: 13, side: "SELL", shares: 300, price: 0.45 },
  { at: at(5, 0, 6), wallet: 4, market: 13, side: "SELL", shares: 400, price: 0.44 },
  { at: at(6), wallet: 0, market: 14, shares: 400, price: 0.5 },
  { at: at(6, 0, 4), wallet: 1, market: 14, shares: 1_000, price: 0.5 },
  { at: at(6, 30), wallet: 5, market: 14, side: "SELL", shares: 100, price: 0.4 },
  { at: at(6, 30, 6), wallet: 6, market: 14, side: "SELL", shares: 800, price: 0.39 },
  { at: at(7), wallet: 0, market: 15, shares: 400, price: 0.6 },
  { at: at(7, 0, 6), wallet: 2, market: 15, shares: 400, price: 0.7 },
];
const RESOLUTIONS: readonly TableResolution[] = [
  ...wins.map((market) => ({ at: at(-8 + market / 100), market, pays: [1, 0] as const })),
  { at: at(3), market: 12, pays: [1, 0] },
  { at: at(8), market: 13, pays: [0, 1] },
  { at: at(8), market: 14, pays: [1, 0] },
  { at: at(8), market: 15, pays: [1, 0] },
];

const history = tableHistory(FILLS, RESOLUTIONS, (market) =>
  market === 13 ? { fee: { rate: 0.04, exponent: 1 } } : {},
);
const engine = { ...engineOf({ minWhaleScore: 6.5 }), limits: { ...DEFAULT_RISK_LIMITS, minConfidence: 0.6 } };
const options = runOptions(at(1), at(9), engine);

test("every figure of a world that was worked out by hand, to the micro", async () => {
  const { record } = await runBacktest(history, options);
  const { account, edge, decay, verdict, signals } = judgeRun(record, history.facts, options, 1);

  const trades = listTrades(record).map(
    ({ market, shares, entryPrice, costUsd, feesUsd, exitPrice, profitUsd, closeReason }) => [
      ...[market, shares, entryPrice, costUsd, feesUsd, exitPrice, profitUsd, closeReason],
    ],
  );
  expect(trades).toEqual([
    ["market 12", "158.2941", "0.51", "80.729991", "0", "1", "77.564109", "RESOLUTION"],
    ["market 13", "141", "0.413333", "59.64751", "2.75721", "0.44", "1.00279", "LEADER_EXIT"],
    ["market 14", "170.24", "0.5", "85.12", "0", "0.39", "-18.7264", "STOP_LOSS"],
  ]);
  expect(account).toMatchObject({
    ...{ startUsd: dollars(10_000), endUsd: dollars(10_059.840499), netUsd: dollars(59.840499) },
    ...{ realizedUsd: dollars(59.840499), averageProfitUsd: dollars(19.946833), feesUsd: dollars(2.75721) },
    ...{ trades: 3, wins: 2, openPositions: 0, events: 3 },
  });
  expect(account.totalReturn.value).toBeCloseTo(0.0059840499, 10);
  expect(account.winRate.value).toBeCloseTo(2 / 3, 10);
  expect(account.profitFactor.value).toBeCloseTo(78.566899 / 18.7264, 10);
  // From the peak while B stood at 0.45, to the end.
  expect(account.maxDrawdown.value).toBeCloseTo(21.5261 / 10_081.366599, 10);
  expect(account.turnover).toBeCloseTo((224.129991 + 62.04 + 66.3936) / 10_000, 10);
  const stakeSeconds = 80.729991 * 3_593 + 59.64751 * 3_542.499 + 85.12 * 1_802;
  expect(account.exposure).toBeCloseTo(stakeSeconds / 10_000 / 25_203, 10);
  expect(account.sharpe.value).toBeNull();

  expect(signals).toEqual({ made: 4, priced: 4, resolved: 4 });
  expect(record.outcomes).toEqual([{ type: "FOLLOW_WHALE", status: "SKIPPED", code: "NOT_FILLED", signals: 1 }]);
  // 1 − 0.51, 0 − 0.41 − 0.04 · 0.41 · 0.59, 1 − 0.50; D was dearer than its cap.
  expect(edge.bets).toBe(3);
  expect(edge.edge?.mean).toBeCloseTo((0.49 - 0.419676 + 0.5) / 3, 9);
  // At the leader's own price: 0.50, −0.40 − 0.0096, 0.50, 0.40.
  expect(decay[0]?.edge?.mean).toBeCloseTo((0.5 - 0.4096 + 0.5 + 0.4) / 4, 9);
  expect(verdict).toEqual({ word: "cannot tell", because: ["3 signals in 3 events are too few to say anything"] });
});

test("a leader who sells while the order waits for its answer is followed out", async () => {
  const left = FILLS.flatMap((fill): TableFill[] => {
    if (fill.market !== 13 || fill.side === "SELL") return fill.market === 13 ? [] : [fill];
    const sale = { market: 13, side: "SELL", price: 0.4 } as const;
    const first = { ...sale, at: at(4, 0, 8), wallet: 0, shares: 300 };
    const others = [5, 25].map((second) => ({ ...sale, at: at(4, 1, second), wallet: 4, shares: 400 }));
    return fill.shares === 100 ? [first, fill, ...others] : [fill];
  });
  const { record } = await runBacktest(tableHistory(left, RESOLUTIONS), options);
  expect(listTrades(record).map(({ market, closeReason }) => [market, closeReason])).toEqual([
    ["market 12", "RESOLUTION"],
    ["market 13", "LEADER_EXIT"],
    ["market 14", "STOP_LOSS"],
  ]);
});

test("the same input gives the same bytes", async () => {
  const text = async (): Promise<string> => {
    const { record } = await runBacktest(history, options);
    const plain = (_: string, value: unknown) => (typeof value === "bigint" ? `${value}` : value);
    return JSON.stringify([record, judgeRun(record, history.facts, options, 1)], plain);
  };
  expect(await text()).toBe(await text());
});
