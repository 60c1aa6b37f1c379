// Goal: a new user's scores, read from the venue's history of accounts, are the scores that the chain gives later, and
// give way to those; and our P&L is the venue's wherever both can know it. Method: simnet serves both its chain and, from
// accounts of its own (average cost), the Data API; first the import on a fresh database, then all of the chain into it.
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAccountHistory } from "../../src/adapters/polymarket-data/account-history.ts";
import { createDataClient } from "../../src/adapters/polymarket-data/data-client.ts";
import { createImportStore } from "../../src/adapters/postgres/import-store.ts";
import { readScoredWallets, type WalletRow } from "../../src/adapters/postgres/overview.ts";
import { createReconciliationStore } from "../../src/adapters/postgres/reconciliation-store.ts";
import type { DataFlaw } from "../../src/adapters/simnet/server/data-api-flaws.ts";
import { type Simnet, startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { areaUnderCurve } from "../../src/apps/demo/planted-skill.ts";
import { rankCorrelation } from "../../src/core/backtest/sweep/rank-correlation.ts";
import type { Address, MarketId } from "../../src/core/ids/ids.ts";
import type { DifferenceClass } from "../../src/core/reputation/reconcile-class.ts";
import { IMPORT_CONFIDENCE } from "../../src/core/reputation/score-source.ts";
import { epochMs } from "../../src/core/time/time.ts";
import type { AccountHistory } from "../../src/ports/account-history.ts";
import type { ReconciliationRow } from "../../src/ports/reconciliation-store.ts";
import { runBootstrap } from "../../src/services/bootstrap/run-bootstrap.ts";
import { runReconcile } from "../../src/services/reconcile/run-reconcile.ts";
import { describeOnOneEngine } from "../support/engines.ts";
import { UNLIMITED } from "../support/fake-data-api.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";
import { createReputationBench, type ReputationBench } from "../support/reputation-bench.ts";
import { readSimnetChain } from "../support/simnet-listener.ts";

const NOW = epochMs(Date.UTC(2026, 10, 20, 12));
const SLOW_MS = 120_000;
/** Few who know nothing: they cost time, and nobody learns from them here. */
const POPULATION = { market_maker: 12, informed: 50, noise: 30, panicker: 10 };
const never = new AbortController().signal;

describeOnOneEngine("the venue's history of the simulated world", (getDb) => {
  let clock: ManualClock;
  let simnet: Simnet;
  let bench: ReputationBench;
  let history: AccountHistory;
  /** Wallets whose differences come from transfers, before anything is planted. */
  let moved: ReadonlySet<Address>;

  beforeAll(async () => {
    clock = createManualClock(NOW);
    simnet = await startSimnet({ seed: 5, port: 0, clock, history: 30, isManual: true, wallets: POPULATION });
    bench = await createReputationBench(getDb(), { now: NOW });
    history = createAccountHistory(
      createDataClient({ baseUrl: simnet.dataUrl, clock: createSystemClock(), random: () => 0, rates: UNLIMITED }),
    );
  }, SLOW_MS);
  afterAll(() => simnet.stop());

  /** Of the planted skill. */
  function skillFound(rows: readonly WalletRow[]): number {
    const scores = new Map<string, number>(rows.map(({ wallet, score }) => [wallet, score]));
    const of = (isSkilled: boolean): number[] =>
      simnet.world.wallets
        .filter(({ skill }) => skill > 0 === isSkilled)
        .map(({ address }) => scores.get(address) ?? 5);
    return areaUnderCurve(of(true), of(false)) ?? 0;
  }

  test("finds the whales that the chain finds, and gives way to them", { timeout: SLOW_MS }, async () => {
    const deps = {
      ...{ history, store: createImportStore(getDb()), clock: bench.clock, wall: createSystemClock() },
      logger: createQuietLogger(),
      publish: async (signal: AbortSignal) => void (await bench.service.calculate(signal)),
    };
    const report = await runBootstrap(deps, { wallets: 500, days: 90 }, () => {}, never);
    expect(report?.counts).toMatchObject({ incomplete: 0, failed: 0, pending: 0 });
    const imported = await readScoredWallets(getDb());
    await readSimnetChain(getDb(), simnet, clock);
    await bench.service.calculate();
    const own = await readScoredWallets(getDb());

    const undone = (row: WalletRow): number => 5 + (row.score - 5) / IMPORT_CONFIDENCE;
    const ownOf = new Map(own.map((row) => [row.wallet, row]));
    const both = imported.filter(({ wallet }) => ownOf.has(wallet));
    const correlation = rankCorrelation(
      both.map(undone),
      both.map(({ wallet }) => ownOf.get(wallet)?.score ?? 5),
    );
    const best = (rows: readonly WalletRow[]): string[] => rows.slice(0, 20).map(({ wallet }) => wallet);
    const shared = best(imported).filter((wallet) => best(own).includes(wallet)).length;
    const whales = (rows: readonly WalletRow[]): number => rows.filter(({ tier }) => tier === "WHALE").length;
    console.log(
      `bootstrap on simnet [${getDb().engine}]: ${report?.counts.done} wallets, ${report?.requests} requests; rank correlation ` +
        `${correlation.toFixed(4)}, AUC imported ${skillFound(imported).toFixed(3)}, own ${skillFound(own).toFixed(3)}, ` +
        `best 20 shared ${shared}; whales ${whales(imported)} imported, ${whales(own)} own`,
    );
    expect(correlation).toBeGreaterThan(0.95);
    expect(skillFound(imported)).toBeGreaterThan(skillFound(own) - 0.05);
    expect(shared).toBeGreaterThanOrEqual(16);
    expect(imported.some(({ followEligible, score }) => followEligible && score >= 7)).toBe(true);
    // The chain has every unit that the history had, so nobody's score is the venue's any more, and none counts twice.
    const { rows: doubled } = await sql`
      SELECT s.wallet_key FROM flow.wallet_score s WHERE s.source <> 'chain' OR s.closed_markets > (
        SELECT count(*) FROM flow.unit u WHERE u.wallet_key = s.wallet_key AND u.roi_micros IS NOT NULL)`.execute(
      getDb().kysely,
    );
    expect(doubled).toEqual([]);
  });

  async function reconcile(): Promise<readonly ReconciliationRow[]> {
    const deps = { history, store: createReconciliationStore(getDb()), clock };
    return (await runReconcile(deps, 200, () => {}, never)) ?? [];
  }
  const log = ({ measure, errors, notComparable, walletsSampled }: ReconciliationRow): void =>
    console.log(
      `reconcile on simnet [${getDb().engine}] ${measure}: ${errors.wallets} of ${walletsSampled} wallets, ${errors.units} units; ` +
        `median ${errors.usd.median} p99 ${errors.usd.p99} max ${errors.usd.max} micros, within 1 % ${errors.shareWithin1Pct}; ` +
        `not compared ${[...notComparable].map(([reason, n]) => `${reason} ${n}`).join(", ")}; ` +
        `causes ${errors.causes.map(({ cause, differences }) => `${cause} ${differences}`).join(", ")}`,
    );

  test("has our P&L but for transfers, and what cannot be compared has a reason", { timeout: SLOW_MS }, async () => {
    const rows = await reconcile();
    for (const row of rows) {
      log(row);
      const left = [...row.notComparable.values()].reduce((sum, wallets) => sum + wallets, 0);
      expect(row.errors.wallets + left).toBe(row.walletsSampled);
    }
    const [positions, series] = rows;
    expect(positions?.errors.wallets).toBeGreaterThan(60);
    expect(series?.errors.wallets).toBeGreaterThan(15);
    // The venue does not follow transfers; apart from them its floats and averages round in the tenth of a cent.
    expect(positions?.errors.causes.map(({ cause }) => cause)).toEqual(["TRANSFERRED"]);
    expect(positions?.errors.usd.p90).toBeLessThan(1_000n);
    expect(series?.errors.causes).toEqual([]);
    moved = new Set(positions?.errors.worst.map(({ wallet }) => wallet));
  });

  const PLANTED = {
    fees_taken_off: "FEES",
    losers_not_realised: "LOSER_UNREDEEMED",
    winners_not_settled: "NOT_SETTLED",
    fees_in_shares_ignored: "FEE_IN_SHARES",
    positions_missing: "MISSING_THERE",
    shares_missing: "FEWER_SHARES_THERE",
    shares_doubled: "MORE_SHARES_THERE",
    pnl_wrong: "UNEXPLAINED",
  } as const satisfies Partial<Record<DataFlaw, DifferenceClass>>;

  /** Market → P&L that the venue shows of the wallet. */
  async function shownPnl(wallet: Address): Promise<ReadonlyMap<MarketId, bigint>> {
    const { positions } = await history.positions(wallet, epochMs(0), 5_000, never);
    const markets = Map.groupBy(positions, ({ marketId }) => marketId);
    return new Map([...markets].map(([id, rows]) => [id, rows.reduce((sum, { totalPnl }) => sum + totalPnl, 0n)]));
  }

  /** Markets in which the flaw changes what is shown by more than ten cents. */
  async function changedBy(flaw: DataFlaw, wallet: Address): Promise<ReadonlySet<MarketId>> {
    const right = await shownPnl(wallet);
    simnet.dataFlaws.set(wallet, flaw);
    const wrong = await shownPnl(wallet);
    simnet.dataFlaws.delete(wallet);
    const isChanged = ([id, pnl]: readonly [MarketId, bigint]): boolean => {
      const error = pnl - (wrong.get(id) ?? 0n);
      return error > 100_000n || error < -100_000n;
    };
    return new Set([...right].filter(isChanged).map(([id]) => id));
  }

  test("names planted differences, each with its cause, and nothing else", { timeout: SLOW_MS }, async () => {
    const free = (await createReconciliationStore(getDb()).sample(200)).filter((wallet) => !moved.has(wallet));
    const planted = new Map<Address, { readonly cause: string; readonly markets: ReadonlySet<MarketId> }>();
    for (const [flaw, cause] of Object.entries(PLANTED) as [DataFlaw, DifferenceClass][]) {
      for (const wallet of free) {
        const markets = planted.has(wallet) ? new Set<MarketId>() : await changedBy(flaw, wallet);
        if (markets.size < 3) continue;
        planted.set(wallet, { cause, markets });
        simnet.dataFlaws.set(wallet, flaw);
        break;
      }
    }
    expect([...planted.values()].map(({ cause }) => cause)).toEqual(Object.values(PLANTED));
    for (const wallet of free) if (!planted.has(wallet)) simnet.dataFlaws.set(wallet, "series_before_fees");
    const [positions, series] = await reconcile();
    for (const row of [positions, series]) if (row !== undefined) log(row);
    simnet.dataFlaws.clear();

    const named = positions?.errors.worst.filter(({ wallet }) => !moved.has(wallet)) ?? [];
    expect(named.map(({ wallet }) => wallet).sort()).toEqual([...planted.keys()].sort());
    for (const { wallet, differences } of named) {
      const truth = planted.get(wallet);
      expect(new Set(differences.map(({ cause }) => cause))).toEqual(new Set([truth?.cause]));
      const large = differences.filter(({ ours, venue }) => ours - venue > 100_000n || venue - ours > 100_000n);
      expect(large.filter(({ marketId }) => truth?.markets.has(marketId) !== true)).toEqual([]);
    }
    expect(series?.errors.causes.map(({ cause }) => cause)).toEqual(["FEES"]);
  });
});
