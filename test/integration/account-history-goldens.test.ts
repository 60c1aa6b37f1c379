// Goal: three recorded accounts, read as a new user's bootstrap reads them, have the P&L that their cash flows have.
// Method: the recorded rows, under the names of v2, behind the real wire → client → units → reputation service → view;
// beside it a sum of cash flows that knows nothing of ledgers. Who won is read off the redemptions, for both sides.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createImportStore } from "../../src/adapters/postgres/import-store.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { addMs, DAY_MS, epochMs } from "../../src/core/time/time.ts";
import { runBootstrap } from "../../src/services/bootstrap/run-bootstrap.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { type FakeDataApi, startFakeDataApi } from "../support/fake-data-api.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";
import { createReputationBench, type ReputationBench } from "../support/reputation-bench.ts";

const FOLDER = join(import.meta.dirname, "../../../shared/data/activity-single-wallets");
const hasData = existsSync(FOLDER);
if (!hasData) console.log("account-history-goldens: skipped, ../shared/data/activity-single-wallets is missing");

/** As v1 of the API named them, newest first. */
type Row = {
  readonly proxyWallet: string;
  readonly timestamp: number;
  readonly conditionId: string;
  readonly type: string;
  readonly side: string;
  readonly size: number;
  readonly usdcSize: number;
  readonly outcomeIndex: number;
  readonly asset: string;
  readonly price: number;
  readonly eventSlug: string;
  readonly transactionHash: string;
};

const readRows = (name: string): readonly Row[] =>
  JSON.parse(gunzipSync(readFileSync(join(FOLDER, `${name}_activity.json.gz`))).toString());

const asV2 = (row: Row) => ({
  ...{ proxy_wallet: row.proxyWallet, timestamp: row.timestamp, condition_id: row.conditionId, type: row.type },
  ...{ size: row.size, usdc_size: row.usdcSize, transaction_hash: row.transactionHash, price: row.price },
  ...{ token_id: row.asset, side: row.side, outcome_index: row.outcomeIndex, event_slug: row.eventSlug },
});

const micros = (value: number): number => Math.round(value * 1e6);

/**
 * The independent sum. Markets with a redemption are over: its payout is what the winner's shares were worth, and every
 * other share nothing. Where more was paid out than all that was bought, or nothing was bought at all, the buys lie
 * before the recording.
 */
function cashFlows(rows: readonly Row[]): { pnl: number; closed: number; wins: number; cut: number } {
  const sum = { pnl: 0, closed: 0, wins: 0, cut: 0 };
  for (const market of Map.groupBy(rows, (row) => row.conditionId).values()) {
    const redemptions = market.filter(({ type }) => type === "REDEEM");
    const buys = market.filter(({ type }) => type === "TRADE");
    if (redemptions.length === 0) continue;
    const paid = redemptions.reduce((total, row) => total + micros(row.usdcSize), 0);
    const bought = [0, 1].map((i) => buys.reduce((n, b) => n + (b.outcomeIndex === i ? micros(b.size) : 0), 0));
    const pnl = paid - buys.reduce((total, row) => total + micros(row.usdcSize), 0);
    if (buys.length === 0 || paid > Math.max(...bought) + 20_000) sum.cut += 1;
    else [sum.pnl, sum.closed, sum.wins] = [sum.pnl + pnl, sum.closed + 1, sum.wins + (pnl > 0 ? 1 : 0)];
  }
  return sum;
}

/** The outcome of which as much was bought as was paid out, over all accounts that redeemed in the market. */
function resolutionsOf(accounts: readonly (readonly Row[])[]) {
  const distances = new Map<string, { first: number; second: number; last: number }>();
  for (const rows of accounts) {
    for (const [condition, market] of Map.groupBy(rows, (row) => row.conditionId)) {
      if (!market.some(({ type }) => type === "REDEEM")) continue;
      const paid = market.reduce((total, row) => total + (row.type === "REDEEM" ? row.usdcSize : 0), 0);
      const bought = [0, 1].map((outcome) => {
        const own = market.filter((row) => row.type === "TRADE" && row.outcomeIndex === outcome);
        return own.reduce((total, row) => total + row.size, 0);
      });
      // Cut off by the recording: it cannot tell.
      if (paid > Math.max(...bought) + 0.02 && distances.has(condition)) continue;
      const distance = (outcome: number): number => Math.abs((bought[outcome] ?? 0) - paid);
      const sum = distances.get(condition) ?? { first: 0, second: 0, last: 0 };
      const last = Math.max(sum.last, ...market.map(({ timestamp }) => timestamp));
      distances.set(condition, { first: sum.first + distance(0), second: sum.second + distance(1), last });
    }
  }
  return new Map(
    [...distances].map(([condition, { first, second, last }]) => {
      const payouts: readonly [number, number] = first <= second ? [1e6, 0] : [0, 1e6];
      return [condition, { payouts, at: new Date(last * 1000).toISOString() }];
    }),
  );
}

describe.skipIf(!hasData)("recorded accounts", () => {
  describeOnEachEngine("P&L", (getDb) => {
    let api: FakeDataApi;
    let bench: ReputationBench;
    const accounts = hasData ? ["onchain", "whale1", "whale2"].map(readRows) : [];
    const walletOf = (rows: readonly Row[]): string => rows[0]?.proxyWallet ?? "";

    beforeAll(async () => {
      const resolutions = resolutionsOf(accounts.map((rows) => rows.filter(hasMarket)));
      const last = Math.max(...accounts.flat().map(({ timestamp }) => timestamp));
      bench = await createReputationBench(getDb(), { now: addMs(epochMs(last * 1000), DAY_MS) });
      api = await startFakeDataApi({
        leaders: accounts.map(walletOf),
        activity: (user) => (accounts.find((rows) => walletOf(rows) === user) ?? []).toReversed().map(asV2),
        resolutions,
        pageRows: 90,
      });
      const report = await runBootstrap(
        {
          ...{ history: api.history, store: createImportStore(getDb()), clock: bench.clock, wall: createSystemClock() },
          logger: createQuietLogger(),
          publish: async (signal) => void (await bench.service.calculate(signal)),
        },
        { wallets: 10, days: 90 },
        () => {},
        new AbortController().signal,
      );
      expect(report?.counts).toMatchObject({ done: 3, incomplete: 0, failed: 0, pending: 0 });
    });
    afterAll(() => api.close());

    test("is that of their cash flows, to the micro, and markets cut off by the recording are counted apart", async () => {
      for (const rows of accounts) {
        const expected = cashFlows(rows.filter(hasMarket));
        const stats = await bench.stats(walletOf(rows));
        expect({
          pnl: Math.round(Number(stats?.total_pnl_usd) * 1e6),
          closed: stats?.closed_markets,
          wins: stats?.profitable_trades,
          cut: stats?.incomplete_markets,
        }).toEqual(expected);
      }
    });

    test("is what a person adds up from the rows", async () => {
      // The second bought both sides of each market for about 0.90 a pair: 21 pairs earned 20.989043 together, and twice
      // only the side that lost was filled, for 4.50 each: 20.989043 − 9.00.
      const byHand = [
        { pnl: -1.344957, closed: 170, cut: 26 },
        { pnl: 11.989043, closed: 23, cut: 0 },
        { pnl: 36.501441, closed: 20, cut: 3 },
      ];
      const found = await Promise.all(accounts.map((rows) => bench.stats(walletOf(rows))));
      expect(
        found.map((stats) => ({
          ...{ pnl: Number(stats?.total_pnl_usd), closed: stats?.closed_markets, cut: stats?.incomplete_markets },
        })),
      ).toEqual(byHand);
    });

    test("is marked as the venue's, with less confidence than the same units of our own would have", async () => {
      for (const rows of accounts) {
        const stats = await bench.stats(walletOf(rows));
        const n = Number(stats?.closed_markets);
        expect(stats?.source).toBe("data-api");
        expect(stats?.confidence_score).toBeCloseTo((0.8 * n) / (n + 20), 12);
      }
    });
  });
});

const hasMarket = ({ conditionId }: Row): boolean => conditionId !== "";
