// Goal: what a backtest rebuilds from archive and database is what the services hold: the same scores, wallet by wallet,
// although fills, splits, merges, conversions, redemptions and transfers are read by another road.
// Method: simnet's chain is read by the listener and scored by the reputation service; one partition is moved to the
// archive; then a run goes over the staged history and calculates once, at the same time.

import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { sql } from "kysely";
import { expect, inject, test, vi } from "vitest";
import { createHistoryEngine, openSharedHistory } from "../../src/adapters/archive/history/engine.ts";
import { parseEnvironment } from "../../src/adapters/config/load.ts";
import { Secret } from "../../src/adapters/config/secret.ts";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import { EDGE_BOUND } from "../../src/adapters/postgres/edge-bound.ts";
import { createHistorySource } from "../../src/adapters/postgres/history-source.ts";
import { loadContexts, placeOf } from "../../src/adapters/postgres/model-contexts.ts";
import { createSweepStore } from "../../src/adapters/postgres/sweep-store.ts";
import { startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { runSweep } from "../../src/apps/backtest/run-sweep.ts";
import type { Program } from "../../src/apps/program.ts";
import { Candidates } from "../../src/core/backtest/candidates.ts";
import { RunLedger } from "../../src/core/backtest/run-ledger.ts";
import { createScoreboard, type Scoreboard } from "../../src/core/backtest/scoreboard.ts";
import { summarizeVariant } from "../../src/core/backtest/sweep/variant-figures.ts";
import type { ModelContext } from "../../src/core/model/context.ts";
import { addMs, DAY_MS, type EpochMs, epochMs, HOUR_MS } from "../../src/core/time/time.ts";
import type { History } from "../../src/ports/backtest.ts";
import { variantHash } from "../../src/services/backtest/backtest.ts";
import { runBacktest } from "../../src/services/backtest/run-backtest.ts";
import { research } from "../../src/services/research/research.ts";
import { BLOCKS, openWorld } from "../support/archive-world.ts";
import { dollars, engineOf, runOptions } from "../support/backtest-options.ts";
import { databaseUrl, describeOnEachEngine } from "../support/engines.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";
import { createReputationBench } from "../support/reputation-bench.ts";
import { readSimnetChain } from "../support/simnet-listener.ts";
import { unseen } from "../support/unseen.ts";

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
  const candidates = () => ({ remember: () => undefined, look: () => null, resolve: () => undefined });
  const options = { ...runOptions(NOW, addMs(SCORED_AT, 1)), delayMs: 0 };
  await runBacktest(history, options, { hooks: { ...hooks, candidates } });
  return { board, places };
}

const SWEPT = runOptions(addMs(NOW, -HOUR_MS), NOW, engineOf({ fadeDegens: true, maxFadeScore: 9, panicWallets: 1 }));

const killWorker = (): Promise<void> =>
  vi.waitFor(
    () => {
      const found = execFileSync("pgrep", ["-P", String(process.pid), "-f", "sweep-process"]);
      process.kill(Number(found.toString().trim()), "SIGKILL");
    },
    { timeout: 20_000 },
  );

/** Killed, then cut short after its first variant, and continued by two at once, each with processes of its own. */
async function sweepByProcesses(db: Database, archive: string): Promise<void> {
  const { rows } = await sql<{ name: string }>`SELECT current_database() AS name`.execute(db.kysely);
  const stop = new AbortController();
  const lines: string[] = [];
  const terminal = {
    isInteractive: false,
    colours: false,
    columns: () => 100,
    write: () => undefined,
    progress: unseen,
  };
  const url = databaseUrl(inject("postgresUrl") ?? "", rows[0]?.name ?? "");
  const program = (signal: AbortSignal): Program => ({
    environment: {
      ...parseEnvironment({ process: {}, file: null }),
      DATABASE_URL: new Secret(url),
      DATA_DIR: dirname(archive),
    },
    ...{ clock: createSystemClock(), logger: createQuietLogger(), signal },
    terminal: { ...terminal, writeLine: (line) => void lines.push(line) },
  });
  const engine = createHistoryEngine({ folder: archive, memoryMb: 256 });
  const shared = await createHistorySource(db).atOneMoment((moment) => engine.share(moment, () => undefined));
  const history = await openSharedHistory(shared.folder, NOW);
  const variants = [SWEPT, { ...SWEPT, trades: false }, { ...SWEPT, delayMs: 1_000 }].map((options, place) => ({
    ...{ hash: variantHash(options), point: { place }, options },
  }));
  const plan = {
    grid: { place: [0, 1, 2] },
    from: SWEPT.from,
    to: NOW,
    objective: "profit",
    seed: 1,
    windows: null,
  } as const;
  const sweep = { id: "processes", plan: { ...plan, data: "", coverage: history.coverage }, variants };
  const store = createSweepStore(db);
  await store.begin(sweep, NOW);
  const data = { ...shared, whole: history.coverage, until: async () => ({ data: "", coverage: history.coverage }) };
  const run = { sweep, shared: data };
  const never = new AbortController().signal;

  // kill -9 of the process that works: its variant is given back.
  const killed = runSweep(program(never), db, { ...run, workers: 1 });
  await Promise.all([expect(killed).rejects.toThrow(/worker process ended .*SIGKILL/), killWorker()]);
  expect(await store.finished(sweep.id)).toEqual(new Set());
  const first = await runSweep(program(stop.signal), db, { ...run, workers: 1, onVariant: () => stop.abort() });
  expect(first).toMatchObject({ isPartial: true, variants: 3 });
  expect(first.rows).toHaveLength(1);
  const both = await Promise.all([1, 2].map(() => runSweep(program(never), db, { ...run, workers: 1 })));
  for (const report of both) expect(report).toMatchObject({ isPartial: false, tried: 3 });
  for (const [place, { options }] of variants.entries()) {
    const { record } = await runBacktest(history, options);
    expect(both[0]?.rows[place]?.figures).toEqual(summarizeVariant(record, history.facts, options, 3));
  }
  expect(both[0]?.rows[0]?.figures.signals).toBeGreaterThan(0);
  await history.close();
  await shared.close();
}

/** Volume in USD by takers' legs, by makers' and by all, as the database has it before anything is archived. */
async function volumeOf(db: Database): Promise<readonly string[]> {
  const { rows } = await sql<{ usd: number }>`
    SELECT round(unnest(ARRAY[sum(cash_micros) FILTER (WHERE NOT is_maker), sum(cash_micros) FILTER (WHERE is_maker),
      sum(cash_micros)]) / 1e6)::float8 AS usd FROM flow.fill`.execute(db.kysely);
  return rows.map(({ usd }) => usd.toLocaleString("en-US"));
}

const RULE = { minTradeUsd: dollars(20) };
type Asked = Parameters<typeof loadContexts>[1][number];

/** As a run would give them to a model, with the scores of its end. */
async function contextsOf(history: History, board: Scoreboard): Promise<ReadonlyMap<string, ModelContext>> {
  const candidates = new Candidates(history.facts, board, RULE);
  const contexts = new Map<string, ModelContext>();
  for await (const { batch } of history.read()) {
    for (let row = 0; row < batch.length; row += 1) {
      const market = history.facts.tokenMarket[batch.token[row] as number] ?? -1;
      const context = market < 0 ? null : candidates.look(batch, row, market);
      const place = { block_number: batch.blockNumber[row] as number, log_index: batch.logIndex[row] as number };
      if (context !== null) contexts.set(placeOf(place), context);
    }
  }
  return contexts;
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
      const volume = await volumeOf(db);
      const world = openWorld(db, 4 * END);
      expect((await world.archive()).moved).toHaveLength(1);

      const engine = createHistoryEngine({ folder: world.folder, memoryMb: 256 });
      const history = await createHistorySource(db).atOneMoment((moment) => engine.stage(moment, () => undefined));
      const { board, places } = await scoreOnce(history);
      const run = runOptions(epochMs(0), SCORED_AT);
      const { table, fills } = await research(history, { topic: "volume", run, category: null });
      const contexts = await contextsOf(history, board);
      await history.close();
      if (db.engine === "postgresql") await sweepByProcesses(db, world.folder);
      await world.files.close();

      expect({ fills, volume: table.rows[0]?.extra }).toEqual({ fills: places.length, volume });
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

      // What a model is given beside a fill, from the tables as the executor reads them.
      const asked = await sql<Asked>`SELECT f.block_number, f.log_index, f.wallet_key, t.market_key, t.outcome_index,
          f.is_sell, f.cash_micros, s.follow_eligible, f.occurred_at
        FROM flow.fill f JOIN flow.token t USING (token_key) JOIN flow.wallet_score s USING (wallet_key)
        WHERE s.follow_eligible AND f.block_number > (SELECT min(block_number) + 1000 FROM flow.fill)`.execute(
        db.kysely,
      );
      const live = await loadContexts(db.kysely, asked.rows, RULE);
      expect(live.size).toBeGreaterThan(100);
      expect([...live]).toEqual([...live.keys()].map((place) => [place, contexts.get(place)]));
    } finally {
      await simnet.stop();
    }
  });
});
