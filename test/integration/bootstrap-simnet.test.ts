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
import { type Simnet, startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { areaUnderCurve } from "../../src/apps/demo/planted-skill.ts";
import { IMPORT_CONFIDENCE } from "../../src/core/reputation/score-source.ts";
import { epochMs } from "../../src/core/time/time.ts";
import type { AccountHistory } from "../../src/ports/account-history.ts";
import { runBootstrap } from "../../src/services/bootstrap/run-bootstrap.ts";
import { runReconcile } from "../../src/services/reconcile/run-reconcile.ts";
import { describeOnOneEngine } from "../support/engines.ts";
import { UNLIMITED } from "../support/fake-data-api.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";
import { rankCorrelation } from "../support/rank-correlation.ts";
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

  test("has our P&L, and what cannot be compared has a reason", { timeout: SLOW_MS }, async () => {
    const deps = { history, store: createReconciliationStore(getDb()), clock };
    const rows = (await runReconcile(deps, 200, () => {}, never)) ?? [];
    for (const { measure, errors, notComparable, walletsSampled } of rows) {
      console.log(
        `reconcile on simnet [${getDb().engine}] ${measure}: ${errors.wallets} of ${walletsSampled} wallets, ${errors.units} units; ` +
          `median ${errors.medianUsd} p95 ${errors.p95Usd} micros, within 1 % ${errors.shareWithin1Pct}; ` +
          `${[...notComparable].map(([reason, n]) => `${reason} ${n}`).join(", ")}`,
      );
      const left = [...notComparable.values()].reduce((sum, wallets) => sum + wallets, 0);
      expect(errors.wallets + left).toBe(walletsSampled);
      expect(errors.shareWithin1Pct).toBe(1);
      // The venue's floats and average costs round here and there; a hundredth of a cent is not an error.
      expect(Number(errors.p95Usd)).toBeLessThan(100);
    }
    expect(rows.map(({ measure }) => measure)).toEqual(["positions", "user-pnl"]);
    expect(rows[0]?.errors.wallets).toBeGreaterThan(60);
    expect(rows[1]?.errors.wallets).toBeGreaterThan(15);
  });
});
