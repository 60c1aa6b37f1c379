// Goal: a download in which the API repeated a page is recognised, and the same trades without the repetition are scored.
// Method: the recorded trades of twenty resolved markets behind the real wire; the raw file as the feed that it was, in
// pages of five hundred; the clean one as the accounts' history, against plain cash flows.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createImportStore } from "../../src/adapters/postgres/import-store.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { addMs, DAY_MS, epochMs } from "../../src/core/time/time.ts";
import { readWallet } from "../../src/services/bootstrap/read-wallet.ts";
import { runBootstrap } from "../../src/services/bootstrap/run-bootstrap.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { type FakeDataApi, startFakeDataApi } from "../support/fake-data-api.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";
import { createReputationBench, type ReputationBench } from "../support/reputation-bench.ts";

const FOLDER = join(import.meta.dirname, "../../../shared/data/dataapi-nobel-2025");
const hasData = existsSync(FOLDER);
if (!hasData) console.log("account-history-nobel: skipped, ../shared/data/dataapi-nobel-2025 is missing");
const never = new AbortController().signal;

type Trade = Readonly<Record<string, string>>;

function readTrades(name: string): readonly Trade[] {
  const [header = "", ...lines] = gunzipSync(readFileSync(join(FOLDER, `${name}.csv.gz`)))
    .toString()
    .trim()
    .split(/\r?\n/);
  const names = header.split(",");
  return lines.map((line) => {
    const fields = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((m) => m[1] ?? m[2] ?? "");
    return Object.fromEntries(names.map((column, i) => [column, fields[i] ?? ""]));
  });
}

const micros = (value: number): number => Math.round(value * 1e6);
const paidFor = (trade: Trade): number => Number(trade.size) * Number(trade.price);

const asV2 = (trade: Trade) => ({
  ...{ proxy_wallet: trade.proxyWallet, side: trade.side, token_id: trade.asset, condition_id: trade.conditionId },
  ...{ size: Number(trade.size), price: Number(trade.price), timestamp: Number(trade.timestamp), event_slug: "" },
  ...{ outcome_index: Number(trade.outcomeIndex), transaction_hash: trade.transactionHash, type: "TRADE" },
  usdc_size: paidFor(trade),
});

const wins = (trade: Trade): number => (trade.title?.includes("Machado") === true ? 0 : 1);

/** Machado won: in her market Yes paid, in all others No. A sale of more than was bought before it: cut off. */
function cashFlows(trades: readonly Trade[]): { pnl: number; closed: number; cut: number } {
  const sum = { pnl: 0, closed: 0, cut: 0 };
  for (const market of Map.groupBy(trades, (trade) => trade.conditionId).values()) {
    const held = [0, 0];
    let [pnl, isCut] = [0, false];
    for (const trade of market) {
      const [outcome, sign] = [Number(trade.outcomeIndex), trade.side === "BUY" ? 1 : -1];
      held[outcome] = (held[outcome] ?? 0) + sign * micros(Number(trade.size));
      pnl -= sign * micros(paidFor(trade));
      isCut ||= (held[outcome] ?? 0) < -10_000;
    }
    if (isCut) sum.cut += 1;
    else {
      sum.closed += 1;
      sum.pnl += pnl + (held[market[0] === undefined ? 0 : wins(market[0])] ?? 0);
    }
  }
  return sum;
}

describe.skipIf(!hasData)("the recorded feed with repeated pages", () => {
  test("is recognised at the first page that comes again, and is an error with a name", async () => {
    const raw = readTrades("raw-with-repeated-pages").map(asV2);
    const api = await startFakeDataApi({ trades: raw, activity: () => raw.toReversed(), pageRows: 500 });
    try {
      const walk = api.history.tape(5_000, 0, never);
      await expect(walk).rejects.toMatchObject({ code: "DATA_PAGE_REPEATED", context: { rows: 500, repeated: 500 } });
      // The fourth page is the third.
      expect(api.asked.length).toBe(4);
      const store = { spans: () => Promise.resolve(new Map()) };
      const sources = { history: api.history, store, resolutions: new Map() };
      const wallet = (raw[0]?.proxy_wallet ?? "") as Parameters<typeof readWallet>[1];
      // As the history of an account it is one that is not scored.
      expect(await readWallet(sources, wallet, epochMs(0), never)).toEqual({
        ...{ wallet, rows: 0, state: "INCOMPLETE", reason: "DATA_PAGE_REPEATED" },
      });
    } finally {
      await api.close();
    }
  });
});

describe.skipIf(!hasData)("the recorded feed without them", () => {
  describeOnEachEngine("accounts", (getDb) => {
    let api: FakeDataApi;
    let bench: ReputationBench;
    const trades = hasData ? [...readTrades("trades")].sort((a, b) => Number(a.timestamp) - Number(b.timestamp)) : [];
    const byWallet = Map.groupBy(trades, (trade) => trade.proxyWallet ?? "");

    beforeAll(async () => {
      const last = Math.max(...trades.map(({ timestamp }) => Number(timestamp)));
      const at = new Date((last + 3_600) * 1_000).toISOString();
      bench = await createReputationBench(getDb(), { now: addMs(epochMs(last * 1_000), DAY_MS) });
      api = await startFakeDataApi({
        leaders: [...byWallet.keys()],
        activity: (user) => (byWallet.get(user) ?? []).map(asV2),
        resolutions: new Map(
          trades.map((trade) => [
            trade.conditionId ?? "",
            { payouts: wins(trade) === 0 ? ([1e6, 0] as const) : ([0, 1e6] as const), at },
          ]),
        ),
      });
      const clocks = { clock: bench.clock, wall: createSystemClock() };
      const publish = async (signal: AbortSignal): Promise<void> => void (await bench.service.calculate(signal));
      const store = createImportStore(getDb());
      const deps = { history: api.history, store, ...clocks, logger: createQuietLogger(), publish };
      const report = await runBootstrap(deps, { wallets: 40, days: 90 }, () => {}, never);
      expect(report?.counts.done).toBe(40);
    });
    afterAll(() => api.close());

    test("are scored by their cash flows to the micro, with what was cut off apart", async () => {
      const imported = [...byWallet].slice(0, 40);
      for (const [wallet, own] of imported) {
        const stats = await bench.stats(wallet);
        const found = {
          pnl: Math.round(Number(stats?.total_pnl_usd) * 1e6),
          closed: stats?.closed_markets,
          cut: stats?.incomplete_markets,
        };
        const expected = cashFlows(own);
        // A wallet of which nothing is whole has no score, and no row.
        if (expected.closed === 0) expect(stats).toBeUndefined();
        else expect(found).toEqual(expected);
      }
      // Navalnaya 10 for 0.11 and against Machado 30 for 0.312, both lost: −1.10 and −9.36. Against Trump 40 for 0.97, sold
      // for 0.999: +1.16.
      expect(await bench.stats("0xec06668bca4430ef0772ec8276c42250563a9178")).toMatchObject({
        ...{
          total_pnl_usd: "-9.300000",
          closed_markets: 3,
          profitable_trades: 1,
          losing_trades: 2,
          incomplete_markets: 0,
        },
      });
      const sums = imported.map(([, own]) => cashFlows(own));
      expect(sums.filter(({ closed }) => closed > 0).length).toBeGreaterThan(20);
      expect(sums.filter(({ cut }) => cut > 0).length).toBeGreaterThan(3);
    });
  });
});
