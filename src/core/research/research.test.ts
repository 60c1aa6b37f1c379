// Goal: each table's figures are those worked out by hand on worlds of a few lines, and a world whose edge dies within five
// seconds shows it dying.
import { expect, test } from "vitest";
import { type TableFill, type TableResolution, tableHistory } from "../../../test/support/table-history.ts";
import type { History } from "../../ports/backtest.ts";
import { createDraw } from "../backtest/random.ts";
import { STUDY_DELAYS_S, type StudyBet } from "../backtest/study.ts";
import { NO_FEE } from "../market/market.ts";
import { DAY_MS, epochMs, HOUR_MS, MINUTE_MS } from "../time/time.ts";
import { tallyCalibration } from "./calibration.ts";
import { tallyConcentration } from "./concentration.ts";
import { tableDelays } from "./delay.ts";
import { tableKelly } from "./kelly.ts";
import { fitSlope } from "./logit-slope.ts";
import { tallyMakerTaker } from "./maker-taker.ts";
import { type Outcomes, readOutcomes } from "./outcomes.ts";
import { spearman, tallyPersistence } from "./persistence.ts";
import { tallySizeBuckets } from "./size-buckets.ts";
import type { ResearchTable, Tally } from "./table.ts";
import { tallyVolume } from "./volume.ts";
import { WalletTotals } from "./wallet-totals.ts";
import { tallyWash } from "./wash-share.ts";

const DAY_1 = Date.UTC(2026, 2, 2);
const at = (hour: number, minute = 0) => epochMs(DAY_1 + hour * HOUR_MS + minute * MINUTE_MS);
const END = at(100);

async function tabulate(
  history: History,
  make: (facts: History["facts"], outcomes: Outcomes) => Tally,
): Promise<ResearchTable> {
  const tally = make(history.facts, readOutcomes(history.facts));
  for await (const { batch } of history.read()) {
    for (let row = 0; row < batch.length; row += 1) tally.fill(batch, row);
  }
  return tally.table(createDraw(1));
}

const means = ({ rows }: ResearchTable): Record<string, number | undefined> =>
  Object.fromEntries(rows.map(({ name, value }) => [name, value?.mean]));
const row = (table: ResearchTable, name: string) => table.rows.find((each) => each.name === name);

const fills = (list: readonly Omit<TableFill, "at">[]): readonly TableFill[] =>
  list.map((fill, index) => ({ at: at(1, index), ...fill }));
/** Market 0 pays outcome 0, market 1 pays outcome 1. */
const RESOLUTIONS: readonly TableResolution[] = [
  { at: END, market: 0, pays: [1, 0] },
  { at: END, market: 1, pays: [0, 1] },
];

test("volume is one side; all legs count it twice, and a mint by more or less", async () => {
  const history = tableHistory(
    fills([
      // 100 shares pass at 0.60: 60 USD on either leg.
      { wallet: 1, market: 0, role: "maker", side: "SELL", shares: 100, price: 0.6 },
      { wallet: 2, market: 0, shares: 100, price: 0.6 },
      // 100 shares of each outcome are minted: the taker pays 30, the maker 70.
      { wallet: 1, market: 1, outcome: 1, role: "maker", shares: 100, price: 0.7 },
      { wallet: 2, market: 1, shares: 100, price: 0.3 },
    ]),
    RESOLUTIONS,
    (market) => ({ category: market === 0 ? "Sports" : "Crypto" }),
  );
  const table = await tabulate(history, tallyVolume);
  expect(row(table, "all")).toMatchObject({ count: 2, extra: ["90", "130", "220"] });
  expect(means(table).all).toBeCloseTo(220 / 90, 12);
  expect(means(table).Sports).toBeCloseTo(2, 12);
  expect(means(table).Crypto).toBeCloseTo(100 / 30, 12);
  expect(table.series?.points).toEqual([{ x: DAY_1, y: 90 }]);
  expect(row(table, "all")?.value?.interval).toBeNull();
});

test("calibration is payout less price, of takers' orders once", async () => {
  const history = tableHistory(
    fills([
      { wallet: 1, market: 0, shares: 100, price: 0.62 },
      { wallet: 1, market: 0, role: "maker", shares: 100, price: 0.62 },
      { wallet: 2, market: 1, shares: 10, price: 0.61 },
      { wallet: 2, market: 1, outcome: 1, side: "SELL", shares: 10, price: 0.07 },
    ]),
    RESOLUTIONS,
  );
  const table = await tabulate(history, tallyCalibration);
  expect(row(table, "0.60 to 0.65")).toMatchObject({ count: 2, extra: ["0.615", "0.500"] });
  expect(means(table)["0.60 to 0.65"]).toBeCloseTo((0.38 - 0.61) / 2, 12);
  expect(means(table)["0.05 to 0.10"]).toBeCloseTo(0.93, 12);
});

test("the slope of outcomes that are as likely as their squared odds is 2, and has an interval", () => {
  // At 0.2 odds are 1/4: squared 1/16, a chance of 1/17; at 0.8 it is 16/17.
  const points = Array.from({ length: 20 }, (_, cluster) => [
    { cluster, weight: 17, price: 0.2, paid: 1 / 17 },
    { cluster, weight: 17, price: 0.8, paid: 16 / 17 },
  ]).flat();
  expect(fitSlope(points)?.mean).toBeCloseTo(2, 9);
  expect(fitSlope(points.slice(0, 4))?.interval).toBeNull();
  expect(fitSlope([{ cluster: 0, weight: 5, price: 0.4, paid: 1 }])).toBeNull();
  // One coin in each cluster at either price: the sandwich is 1.96 · √(20/19 · Σ s²) of inverted information.
  const coins = Array.from({ length: 40 }, (_, cluster) => ({
    ...{ cluster, weight: 1, price: cluster % 2 === 0 ? 0.2 : 0.8 },
    paid: Math.floor(cluster / 2) % 5 === 0 ? (cluster % 2 === 0 ? 1 : 0) : cluster % 2 === 0 ? 0 : 1,
  }));
  const slope = fitSlope(coins);
  // Four of twenty at 0.2 pay and sixteen at 0.8: calibrated. Information of b is 40 · 0.16 · ln²4, its error 1/√ of it.
  expect(slope?.mean).toBeCloseTo(1, 9);
  const error = Math.sqrt(40 / 39 / (40 * 0.16 * Math.log(4) ** 2));
  expect((slope?.interval?.high ?? 0) - 1).toBeCloseTo(1.959964 * error, 6);
});

test("makers and takers earn what their legs came to for each dollar at stake", async () => {
  const history = tableHistory(
    fills([
      // The maker sells at 0.80 what pays 1: loses 20 of 20 at stake. The taker wins 20 of 80, less a fee of 4.
      { wallet: 1, market: 0, role: "maker", side: "SELL", shares: 100, price: 0.8 },
      { wallet: 2, market: 0, shares: 100, price: 0.8, fee: 4 },
      // The maker buys at 0.05 what pays 0: loses 5. The taker who sold it wins 5 of 95 at stake.
      { wallet: 1, market: 1, role: "maker", shares: 100, price: 0.05 },
      { wallet: 2, market: 1, side: "SELL", shares: 100, price: 0.05 },
      // Not resolved.
      { wallet: 2, market: 2, shares: 100, price: 0.5 },
    ]),
    RESOLUTIONS,
  );
  const table = await tabulate(history, (facts, outcomes) =>
    tallyMakerTaker(facts, outcomes, new WalletTotals(facts, outcomes)),
  );
  expect(means(table).takers).toBeCloseTo((16 + 5) / (80 + 95), 12);
  expect(means(table).makers).toBeCloseTo(-25 / 25, 12);
  expect(means(table)["takers above 0.90"]).toBeCloseTo(5 / 95, 12);
  expect(means(table)["makers below 0.10"]).toBeCloseTo(-1, 12);
  expect(means(table)["maker share of the best 1 %"]).toBe(0);
});

test("concentration is of whole wallets, whatever they did in between", async () => {
  const history = tableHistory(
    fills([
      // Bought at 0.40 and sold at 0.90 what pays 1: 50, as if the sold had been bought back at 1.
      { wallet: 0, market: 0, shares: 100, price: 0.4 },
      { wallet: 0, market: 0, side: "SELL", shares: 100, price: 0.9 },
      { wallet: 1, market: 0, shares: 100, price: 0.7 },
      { wallet: 2, market: 1, shares: 100, price: 0.2 },
      { wallet: 3, market: 1, shares: 100, price: 0.3 },
    ]),
    RESOLUTIONS,
  );
  const table = await tabulate(history, (facts, outcomes) => tallyConcentration(new WalletTotals(facts, outcomes)));
  expect(means(table)["gains of the best 1 %"]).toBeCloseTo(50 / 80, 12);
  expect(row(table, "wallets that lost")).toMatchObject({ count: 2, value: { mean: 0.5, interval: null } });
});

test("the interval of a concentration comes from drawing wallets", async () => {
  // Ninety wallets that win 1 and ten that win 10: the best ten have 100 of 190.
  const wallets = Array.from({ length: 100 }, (_, wallet) => ({
    ...{ at: at(1), wallet, market: 0, shares: wallet < 10 ? 20 : 2, price: 0.5 },
  }));
  const table = await tabulate(tableHistory(wallets, RESOLUTIONS), (facts, outcomes) =>
    tallyConcentration(new WalletTotals(facts, outcomes)),
  );
  const value = row(table, "gains of the best 10 %")?.value;
  expect(value?.mean).toBeCloseTo(100 / 190, 12);
  // With eight of the ten drawn they have 82 of 172, with twelve 100 of 208: in between it is flat on top.
  expect(value?.interval?.low).toBeGreaterThan(0.3);
  expect(value?.interval?.high).toBeLessThanOrEqual(100 / 190 + 1e-12);
});

test("buys of one wallet and token with short gaps are one episode", async () => {
  const buy = (minute: number, shares: number, price: number, market = 0) => ({
    ...{ at: at(1, minute), wallet: 0, market, shares, price },
  });
  const history = tableHistory(
    [buy(0, 100, 0.6), buy(9, 100, 0.5), buy(20, 10, 0.9), { ...buy(21, 10, 0.9), side: "SELL" }, buy(25, 100, 0.5, 1)],
    RESOLUTIONS,
  );
  const table = await tabulate(history, tallySizeBuckets);
  // 110 USD won 90; 9 USD won 1; 50 USD lost all.
  expect(row(table, "100 to 1,000 USD")?.count).toBe(1);
  expect(means(table)["100 to 1,000 USD"]).toBeCloseTo(90 / 110, 12);
  expect(means(table)["below 10 USD"]).toBeCloseTo(1 / 9, 12);
  expect(means(table)["10 to 100 USD"]).toBeCloseTo(-1, 12);
});

test("persistence compares what was known by the split with what came after it", async () => {
  const split = at(50);
  // Wallet w bets ten times at 0.5 in markets of which it wins w before, and w after: perfectly persistent.
  const trades: TableFill[] = [];
  const resolutions: TableResolution[] = [];
  for (let half = 0; half < 2; half += 1) {
    for (let game = 0; game < 10; game += 1) {
      const market = 10 * half + game;
      resolutions.push({ at: at(40 + 50 * half), market, pays: [1, 0] });
      for (let wallet = 0; wallet <= 4; wallet += 1) {
        const outcome = game < 2 * wallet ? 0 : 1;
        trades.push({ at: at(10 + 50 * half, game), wallet, market, outcome, shares: 10, price: 0.5 });
      }
    }
  }
  trades.sort((a, b) => a.at - b.at);
  const table = await tabulate(tableHistory(trades, resolutions), (facts, outcomes) =>
    tallyPersistence(facts, outcomes, { split, scoreOf: (wallet) => 9 - wallet, isFollowed: (wallet) => wallet === 0 }),
  );
  expect(means(table)["earlier and later return"]).toBeCloseTo(1, 12);
  expect(means(table)["score and later return"]).toBeCloseTo(-1, 12);
  // Wallet 4 has the lowest score and wins eight of ten, wallet 0 wins none.
  expect(means(table)["later return, lowest fifth"]).toBeCloseTo(0.6, 12);
  expect(means(table)["later return, followed"]).toBeCloseTo(-1, 12);
});

test("a rank correlation has the interval of Bonett and Wright", () => {
  const xs = Array.from({ length: 20 }, (_, index) => index);
  const ys = xs.map((x) => (x % 2 === 0 ? x + 1 : x - 1));
  // Each neighbour changes places: 1 − 6 · 20 / (20 · 399).
  const value = spearman(xs, ys);
  const r = 1 - (6 * 20) / (20 * 399);
  expect(value?.mean).toBeCloseTo(r, 12);
  const margin = 1.959964 * Math.sqrt((1 + r ** 2 / 2) / 17);
  expect(value?.interval?.low).toBeCloseTo(Math.tanh(Math.atanh(r) - margin), 6);
  expect(spearman([1, 2], [1, 2])).toBeNull();
});

test("wash is what two wallets of one cluster passed to each other", async () => {
  const leg = (wallet: number, role: "maker" | "taker", shares: number, minute: number) => ({
    ...{ at: at(1, minute), wallet, role, market: 0, shares, price: 0.5, side: role === "maker" ? "SELL" : "BUY" },
  });
  const history = tableHistory(
    [
      // The taker of the cluster meets another one of it for 100 shares, and a stranger for 60.
      ...[leg(1, "maker", 100, 0), leg(9, "maker", 60, 0), leg(2, "taker", 160, 0)],
      // Of another cluster; and a maker leg whose taker is missing.
      ...[leg(1, "maker", 40, 1), leg(3, "taker", 40, 1), leg(1, "maker", 500, 2), leg(2, "taker", 10, 3)],
    ] as readonly TableFill[],
    RESOLUTIONS,
    () => ({ category: "Sports" }),
  );
  const members = [1, 2].map((wallet) => ({ wallet, cluster: 1, share: 1 }));
  const table = await tabulate(history, (facts, outcomes) =>
    tallyWash(facts, outcomes, [...members, { wallet: 3, cluster: 3, share: 1 }]),
  );
  expect(row(table, "all")).toMatchObject({ count: 3, extra: ["50", "100"], published: "25 %" });
  expect(means(table).Sports).toBeCloseTo(0.5, 12);
});

const bet = (market: number, prices: readonly number[], payout: number, when = at(1)): StudyBet => ({
  ...{
    group: "signal",
    signalType: "FOLLOW_WHALE",
    market,
    outcome: 0,
    at: when,
    wallet: 0,
    cap: 0.6,
    confidence: 0.7,
  },
  ...{ fee: NO_FEE, prices: [...prices], reversePrice: Number.NaN, payout },
});

test("delay shows an edge dying within five seconds, and how few bets still had a price", () => {
  // Sixteen markets at 0.40, of which twelve pay; after five seconds the price is 0.75, where a price was seen at all.
  const history = tableHistory(
    [],
    Array.from({ length: 16 }, (_, market) => ({ at: END, market, pays: [1, 0] as const })),
  );
  const bets = Array.from({ length: 16 }, (_, market) => {
    const late = market < 8 ? 0.75 : Number.NaN;
    const prices = [0.4, 0.4, 0.4, ...STUDY_DELAYS_S.slice(3).map(() => late), late];
    return bet(market, prices, market % 4 === 0 ? 0 : 1);
  });
  const table = tableDelays(bets, readOutcomes(history.facts), createDraw(1));
  const [now, , three, five] = table.rows;
  expect(now?.value?.mean).toBeCloseTo(0.35, 12);
  expect(now?.value?.interval?.low).toBeGreaterThan(0);
  expect(three?.value?.mean).toBeCloseTo(0.35, 12);
  expect(five?.value?.mean).toBeCloseTo(0, 12);
  expect(five).toMatchObject({ count: 8, extra: ["50 %", "35.00¢"], value: { interval: null } });
});

test("Kelly's stake is learned before the split and tried after it", () => {
  // Twenty bets at 0.50 of which thirteen pay: an edge of 0.15. Then forty of which 26 pay.
  const split = at(50);
  const markets = Array.from({ length: 60 }, (_, market) => market);
  const history = tableHistory(
    [],
    markets.map((market) => ({ at: market < 20 ? at(40) : END, market, pays: [1, 0] as const })),
  );
  const flat = Array.from({ length: STUDY_DELAYS_S.length + 1 }, () => 0.5);
  const bets = markets.map((market) => bet(market, flat, market % 20 < 13 ? 1 : 0, market < 20 ? at(1) : at(60)));
  const table = tableKelly(bets, history.facts, readOutcomes(history.facts), split, createDraw(1));
  const grown = (stake: number): number => 0.65 * Math.log1p(stake) + 0.35 * Math.log1p(-stake);
  expect(row(table, "all of it")).toMatchObject({ count: 40, extra: ["30.0 %"] });
  expect(means(table)["all of it"]).toBeCloseTo(grown(0.3), 12);
  expect(means(table)["a quarter"]).toBeCloseTo(grown(0.075), 12);
  expect(means(table).twice).toBeCloseTo(grown(0.6), 12);
  // The lower bound of so few is below 0: it stakes nothing.
  expect(means(table)["all of the lower bound's"]).toBe(0);
  // e² / (e² + σ²) with σ near √(0.65 · 0.35 / 19): 0.65.
  const shrunk = table.rows.find(({ name }) => name.startsWith("shrunk to"));
  const factor = Number(/shrunk to (\d\.\d+)/.exec(shrunk?.name ?? "")?.[1]);
  expect(factor).toBeGreaterThan(0.55);
  expect(factor).toBeLessThan(0.75);
  expect(shrunk?.value?.mean).toBeCloseTo(grown(0.3 * factor), 3);
  expect(tableKelly([], history.facts, readOutcomes(history.facts), split, createDraw(1)).rows).toEqual([]);
});

test("events share their fate: an interval counts them, not the fills", async () => {
  const many = Array.from({ length: 200 }, (_, index) => ({
    ...{ at: at(1), wallet: index, market: index % 20, shares: 10, price: 0.5 },
  }));
  const resolutions = Array.from({ length: 20 }, (_, market) => ({
    ...{ at: epochMs(DAY_1 + DAY_MS), market, pays: (market % 2 === 0 ? [1, 0] : [0, 1]) as [number, number] },
  }));
  const apart = await tabulate(tableHistory(many, resolutions), tallySizeBuckets);
  const together = await tabulate(
    tableHistory(many, resolutions, (market) => ({ eventId: `event ${market % 10}` })),
    tallySizeBuckets,
  );
  expect(row(apart, "below 10 USD")?.value).toMatchObject({ mean: 0, clusters: 20 });
  expect(row(apart, "below 10 USD")?.value?.interval?.high).toBeCloseTo(0.46, 1);
  expect(row(together, "below 10 USD")?.value).toMatchObject({ clusters: 10, interval: null });
});
