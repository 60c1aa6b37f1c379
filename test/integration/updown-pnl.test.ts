// Goal: real trades of 18 resolved markets give the P&L per wallet that plain cash flows give, to the micro.
// Method: recorded Data API trades become chain facts (amounts to integers once), go through the listener's store, the
// reputation store and service, and are read back from orderflow_wallet_stats; beside it a cash-flow sum that knows
// nothing of the ledger.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { sql } from "kysely";
import { beforeAll, describe, expect, test } from "vitest";
import {
  type Address,
  type MarketId,
  parseAddress,
  parseMarketId,
  parseTokenId,
  type TokenId,
  toTokenId,
} from "../../src/core/ids/ids.ts";
import { shares, usd } from "../../src/core/money/amounts.ts";
import { formatDecimal } from "../../src/core/money/fixed.ts";
import { epochMs, fromUnixSeconds } from "../../src/core/time/time.ts";
import { aFill } from "../support/chain-facts.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createReputationBench, type ReputationBench } from "../support/reputation-bench.ts";

const FOLDER = join(import.meta.dirname, "../../../shared/data/dataapi-updown-2026-01-08");
const hasData = existsSync(FOLDER);
if (!hasData) console.log("updown-pnl: skipped, recorded data is missing: ../shared/data/dataapi-updown-2026-01-08");

type Trade = {
  at: number;
  wallet: Address;
  market: MarketId;
  token: TokenId;
  outcome: string;
  isSell: boolean;
  size: bigint;
  cash: bigint;
};

/** Prices and sizes are floats there: they become integers here, once, for both sides of the comparison. */
function readTrades(): Trade[] {
  const [header = "", ...lines] = gunzipSync(readFileSync(join(FOLDER, "trades.csv.gz")))
    .toString()
    .trim()
    .split(/\r?\n/);
  expect(header).toBe("timestamp,title,name,size,price,side,asset,conditionId,proxyWallet,outcome,timestamp_utc");
  return lines
    .map((line) => {
      const [size = "", price = "", side, asset = "", market = "", wallet = "", outcome = "", at] =
        parseCsv(line).slice(-8);
      return {
        ...{ at: Number(at), wallet: parseAddress(wallet), market: parseMarketId(market), token: parseTokenId(asset) },
        ...{ outcome, isSell: side === "SELL", size: BigInt(Math.round(Number(size) * 1e6)) },
        cash: BigInt(Math.round(Number(size) * Number(price) * 1e6)),
      };
    })
    .sort((a, b) => a.at - b.at);
}

const parseCsv = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((match) =>
    (match[1] ?? match[2] ?? "").replaceAll('""', '"'),
  );

/** Winner label → token. Four markets were traded in one outcome only: there the other token gets an id of our own. */
function readMarkets(trades: readonly Trade[]) {
  return readFileSync(join(FOLDER, "resolutions.csv"), "utf8")
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line, n) => {
      const [id = "", , winner] = parseCsv(line);
      const market = parseMarketId(id);
      const labels = new Map(trades.filter((t) => t.market === market).map((t) => [t.outcome, t.token]));
      const tokens = [...labels.values()].sort();
      const [first, second = toTokenId(BigInt(n + 1))] = tokens;
      if (first === undefined) throw new Error(`no trade in ${id}`);
      const tokenIds = [first, second] as const;
      const winning = tokenIds.indexOf(labels.get(winner ?? "") ?? second);
      return { market, tokenIds, winning, isOneSided: tokens.length === 1 };
    });
}

/** The independent check: cash out of and into every wallet, and what its shares were worth at the end. */
function cashFlows(trades: readonly Trade[], winners: ReadonlySet<TokenId>) {
  const units = new Map<string, { wallet: Address; pnl: bigint; held: Map<TokenId, bigint>; isCut: boolean }>();
  for (const t of trades) {
    const unit = units.get(t.wallet + t.market) ?? { wallet: t.wallet, pnl: 0n, held: new Map(), isCut: false };
    const held = (unit.held.get(t.token) ?? 0n) + (t.isSell ? -t.size : t.size);
    unit.held.set(t.token, held);
    unit.pnl += t.isSell ? t.cash : -t.cash;
    if (held < 0n) unit.isCut = true;
    units.set(t.wallet + t.market, unit);
  }
  const wallets = new Map<Address, { pnl: bigint; complete: number; cut: number }>();
  for (const { wallet, pnl, held, isCut } of units.values()) {
    const sum = wallets.get(wallet) ?? { pnl: 0n, complete: 0, cut: 0 };
    const payout = [...held].reduce((total, [token, size]) => total + (winners.has(token) ? size : 0n), 0n);
    wallets.set(
      wallet,
      isCut ? { ...sum, cut: sum.cut + 1 } : { ...sum, pnl: sum.pnl + pnl + payout, complete: sum.complete + 1 },
    );
  }
  return wallets;
}

async function load(
  { chain }: ReputationBench,
  trades: readonly Trade[],
  markets: ReturnType<typeof readMarkets>,
): Promise<void> {
  const start = trades[0]?.at ?? 0;
  const end = (trades.at(-1)?.at ?? 0) - start + 1;
  const logs = new Map<number, number>();
  const fills = trades.map((t) => {
    const blockNumber = t.at - start;
    const logIndex = logs.get(blockNumber) ?? 0;
    logs.set(blockNumber, logIndex + 1);
    const { fill } = aFill({
      ...{ blockNumber, logIndex, wallet: t.wallet, tokenId: t.token },
      side: t.isSell ? "SELL" : "BUY",
      size: shares(t.size),
      cash: usd(t.cash),
    });
    return { fill, occurredAt: fromUnixSeconds(t.at), knownAt: fromUnixSeconds(t.at + 3) };
  });
  const resolvedAt = fromUnixSeconds(start + end);
  await chain.extend({
    ...{ fromBlock: 0, toBlock: end, blocks: [], fills, quarantined: [], committedAt: resolvedAt },
    markets: markets.map((m) => ({ marketId: m.market, negRisk: false, tokenIds: m.tokenIds, preparedBlock: 0 })),
    resolutions: markets.map((m, i) => ({
      ...{ marketId: m.market, blockNumber: end, logIndex: i, resolvedAt, knownAt: resolvedAt },
      payoutNumerators: m.winning === 0 ? ([1n, 0n] as const) : ([0n, 1n] as const),
    })),
  });
  await chain.finalize(end, end, resolvedAt);
}

describe.skipIf(!hasData)("recorded trades of 2026-01-08", () => {
  describeOnEachEngine("P&L", (getDb) => {
    let bench: ReputationBench;
    let trades: Trade[];
    let markets: ReturnType<typeof readMarkets>;
    beforeAll(async () => {
      bench = await createReputationBench(getDb(), { now: epochMs(Date.UTC(2026, 0, 9)), fillsPerStep: 500 });
      trades = readTrades();
      markets = readMarkets(trades);
      await load(bench, trades, markets);
      await bench.service.calculate();
    });

    test("the file holds what its description says", () => {
      expect([trades.length, markets.length, new Set(trades.map((t) => t.wallet)).size]).toEqual([2254, 18, 686]);
      expect(markets.filter((m) => m.isOneSided).length).toBe(4);
    });

    test("of every wallet equals its cash flows to the micro, its cut-off markets apart", async () => {
      const winners = new Set(markets.flatMap((m) => m.tokenIds[m.winning] ?? []));
      const expected = [...cashFlows(trades, winners)]
        .map(([wallet, sum]) => `${wallet} ${formatDecimal(sum.pnl, 6)} ${sum.complete} ${sum.cut}`)
        .sort();
      const { rows } = await sql<{ wallet: string; pnl: string; complete: number; cut: number }>`
        SELECT wallet_address AS wallet, trim_scale(total_pnl_usd)::text AS pnl, closed_markets AS complete,
          incomplete_markets AS cut FROM orderflow_wallet_stats`.execute(getDb().kysely);
      expect(rows.map((row) => `${row.wallet} ${row.pnl} ${row.complete} ${row.cut}`).sort()).toEqual(expected);
      expect(rows.filter((row) => row.pnl !== "0").length).toBeGreaterThan(500);
      expect(rows.filter((row) => row.cut > 0).length).toBeGreaterThan(0);
    });

    test("is what a person adds up from the rows", async () => {
      // 10.36 for 0.32, sold for 0.998: 10.339280 − 3.315200; and 10 for 0.20 that lost: −2.000000.
      expect(await bench.stats("0xac1ca52325799e16791ef7a1423a9954ef54002d")).toMatchObject({
        ...{
          total_pnl_usd: "5.024080",
          closed_markets: 2,
          profitable_trades: 1,
          losing_trades: 1,
          incomplete_markets: 0,
        },
      });
      // 7 for 0.74, sold for 0.89: 6.230000 − 5.180000. And 78.88 sold that were bought before the recording.
      expect(await bench.stats("0x2a1031b023cc9d0e4bdc6f2fac54e05ef8f3cf6c")).toMatchObject({
        ...{ total_pnl_usd: "1.050000", closed_markets: 1, profitable_trades: 1, incomplete_markets: 1 },
      });
    });

    test("is the same after everything is computed again", async () => {
      const before = await bench.rows();
      await bench.service.rebuildAll();
      expect(await bench.rows()).toEqual(before);
    });
  });
});
