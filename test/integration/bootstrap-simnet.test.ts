// Goal: a new user's scores, read from the venue's history of accounts, are the scores that the chain gives later, and
// give way to those. Method: simnet serves both its chain and, from accounts of its own, the Data API; first the import
// on a fresh database, then all of the chain into the same one.
import { describe, expect, test } from "vitest";
import { createAccountHistory } from "../../src/adapters/polymarket-data/account-history.ts";
import { createDataClient } from "../../src/adapters/polymarket-data/data-client.ts";
import { createImportStore } from "../../src/adapters/postgres/import-store.ts";
import { readScoredWallets, type WalletRow } from "../../src/adapters/postgres/overview.ts";
import { type Simnet, startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { areaUnderCurve } from "../../src/apps/demo/planted-skill.ts";
import { IMPORT_CONFIDENCE } from "../../src/core/reputation/score-source.ts";
import { epochMs } from "../../src/core/time/time.ts";
import { type BootstrapReport, runBootstrap } from "../../src/services/bootstrap/run-bootstrap.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { UNLIMITED } from "../support/fake-data-api.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";
import { rankCorrelation } from "../support/rank-correlation.ts";
import { createReputationBench, type ReputationBench } from "../support/reputation-bench.ts";
import { readSimnetChain } from "../support/simnet-listener.ts";

const NOW = epochMs(Date.UTC(2026, 10, 20, 12));
const never = new AbortController().signal;

describe("bootstrap", { timeout: 180_000 }, () => {
  describeOnEachEngine("in the simulated world", (getDb) => {
    async function importAll(simnet: Simnet, bench: ReputationBench): Promise<BootstrapReport | null> {
      const wall = createSystemClock();
      const client = createDataClient({ baseUrl: simnet.dataUrl, clock: wall, random: () => 0, rates: UNLIMITED });
      const deps = {
        ...{ history: createAccountHistory(client), store: createImportStore(getDb()), clock: bench.clock, wall },
        logger: createQuietLogger(),
        publish: async (signal: AbortSignal) => void (await bench.service.calculate(signal)),
      };
      return runBootstrap(deps, { wallets: 500, days: 90 }, () => {}, never);
    }

    test("finds the whales that the chain finds, and gives way to them", async () => {
      const clock = createManualClock(NOW);
      const simnet = await startSimnet({ seed: 5, port: 0, clock, history: 30, isManual: true });
      try {
        const bench = await createReputationBench(getDb(), { now: NOW });
        const report = await importAll(simnet, bench);
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
        const auc = (rows: readonly WalletRow[]): number => {
          const scores = new Map<string, number>(rows.map(({ wallet, score }) => [wallet, score]));
          const of = (isSkilled: boolean): number[] =>
            simnet.world.wallets
              .filter(({ skill }) => skill > 0 === isSkilled)
              .map(({ address }) => scores.get(address) ?? 5);
          return areaUnderCurve(of(true), of(false)) ?? 0;
        };
        const best = (rows: readonly WalletRow[]): string[] => rows.slice(0, 20).map(({ wallet }) => wallet);
        const shared = best(imported).filter((wallet) => best(own).includes(wallet)).length;
        console.log(
          `bootstrap on simnet [${getDb().engine}]: ${report?.counts.done} wallets, ${report?.requests} requests; rank correlation ` +
            `${correlation.toFixed(4)}, AUC imported ${auc(imported).toFixed(3)}, own ${auc(own).toFixed(3)}, best 20 shared ${shared}; ` +
            `whales ${imported.filter(({ tier }) => tier === "WHALE").length} imported, ${own.filter(({ tier }) => tier === "WHALE").length} own`,
        );
        expect(correlation).toBeGreaterThan(0.98);
        expect(auc(imported)).toBeGreaterThan(0.88);
        expect(shared).toBeGreaterThanOrEqual(18);
        expect(imported.some(({ followEligible, score }) => followEligible && score >= 7)).toBe(true);
        // The chain has every unit that the history had, so nobody's score is the venue's any more.
        const stats = await Promise.all(imported.slice(0, 20).map(({ wallet }) => bench.stats(wallet)));
        expect(new Set(stats.map((row) => row?.source))).toEqual(new Set(["chain"]));
      } finally {
        await simnet.stop();
      }
    });
  });
});
