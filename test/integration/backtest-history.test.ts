// Goal: what a backtest rebuilds from archive and database is what the services hold: the same scores, wallet by wallet,
// although fills, splits, merges, conversions, redemptions and transfers are read by another road.
// Method: simnet's chain is read by the listener and scored by the reputation service; one partition is moved to the
// archive; then a run goes over the staged history and calculates once, at the same time.
import { sql } from "kysely";
import { expect, test } from "vitest";
import { createHistoryEngine } from "../../src/adapters/archive/history/engine.ts";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { EDGE_BOUND } from "../../src/adapters/postgres/edge-bound.ts";
import { createHistorySource } from "../../src/adapters/postgres/history-source.ts";
import { startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { RunLedger } from "../../src/core/backtest/run-ledger.ts";
import { createScoreboard, type Scoreboard } from "../../src/core/backtest/scoreboard.ts";
import { addMs, DAY_MS, type EpochMs, epochMs, HOUR_MS } from "../../src/core/time/time.ts";
import type { History } from "../../src/ports/backtest.ts";
import { runBacktest } from "../../src/services/backtest/run-backtest.ts";
import { BLOCKS, openWorld } from "../support/archive-world.ts";
import { runOptions } from "../support/backtest-options.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createReputationBench } from "../support/reputation-bench.ts";
import { readSimnetChain } from "../support/simnet-listener.ts";

const PARTITION = 1_940;
const END = (PARTITION + 1) * BLOCKS;
const NOW = epochMs(Date.UTC(2026, 10, 20, 12));
const SCORED_AT = addMs(NOW, HOUR_MS);

/** Everything through a run that calculates scores at the end alone, as the service did. */
async function scoreOnce(history: History): Promise<{ board: Scoreboard; places: readonly number[] }> {
  let board = createScoreboard(0);
  const places: number[] = [];
  const hooks = {
    scores(facts: History["facts"], run: Scoreboard) {
      board = run;
      const ledger = new RunLedger(facts, run, 90 * DAY_MS);
      return {
        fill(batch: Parameters<RunLedger["fill"]>[0], row: number) {
          places.push((batch.blockNumber[row] as number) * 1e6 + (batch.logIndex[row] as number));
          ledger.fill(batch, row);
        },
        effect: (effect: Parameters<RunLedger["effect"]>[0]) => ledger.effect(effect),
        resolve: (resolution: Parameters<RunLedger["resolve"]>[0]) => ledger.resolve(resolution),
        held: (wallet: number, token: number) => ledger.held(wallet, token),
        score: (at: EpochMs) => (at === SCORED_AT ? ledger.score(at) : 0),
      };
    },
  };
  await runBacktest(history, { ...runOptions(NOW, addMs(SCORED_AT, 1)), delayMs: 0 }, { hooks });
  return { board, places };
}

type Scored = { key: number; score: number; tier: string; eligible: boolean; bound: number | null };

describeOnEachEngine("history", (getDb) => {
  test("rebuilds the scores of the reputation service from archive and database", { timeout: 60_000 }, async () => {
    const db = getDb();
    const clock = createManualClock(NOW);
    const wallets = { market_maker: 5, informed: 20, noise: 40, panicker: 10 };
    const options = {
      seed: "history",
      port: 0,
      clock,
      history: 3,
      isManual: true,
      firstBlock: END - 2_500,
      wallets,
    };
    const simnet = await startSimnet(options);
    try {
      const bench = await createReputationBench(db, { now: SCORED_AT });
      const nothing = { blocks: [], fills: [], markets: [], resolutions: [], quarantined: [] };
      await createChainStore(db).extend({
        ...{ fromBlock: PARTITION * BLOCKS, toBlock: END - 2_501, ...nothing, committedAt: NOW },
      });
      await readSimnetChain(db, simnet, clock);
      await bench.service.calculate();
      const world = openWorld(db, 4 * END);
      expect((await world.archive()).moved).toHaveLength(1);

      const engine = createHistoryEngine({ folder: world.folder, memoryMb: 256 });
      const history = await createHistorySource(db).atOneMoment((moment) => engine.stage(moment, () => undefined));
      const { board, places } = await scoreOnce(history);
      await history.close();
      await world.files.close();

      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(history.coverage).toMatchObject({ fills: places.length, missing: [] });
      expect(places.length).toBeGreaterThan(1_000);
      const { rows } = await sql<Scored>`SELECT wallet_key AS key, reputation_score AS score, trader_tier AS tier,
        follow_eligible AS eligible, round(${EDGE_BOUND}::numeric, 9)::float8 AS bound
        FROM flow.wallet_score s, flow.edge_prior_now e
        WHERE ineligible_reason IS DISTINCT FROM 'WASH' ORDER BY 1`.execute(db.kysely);
      expect(rows.length).toBeGreaterThan(40);
      const rebuilt = rows.map(({ key }) => {
        const { score, tier, followEligible: eligible, edgeLowerBound: bound } = board.facts(key);
        return { key, score, tier, eligible, bound: bound === null ? null : Number(bound.toFixed(9)) };
      });
      expect(rebuilt).toEqual(rows);
    } finally {
      await simnet.stop();
    }
  });
});
