// Goal: the population's aggregate gives the same on ClickHouse as on DuckDB, with an archive and without. Method: a world that was
// read from simnet and scored; both engines over the same relations and files. ClickHouse is chdb, the engine itself in a
// process of its own; it is not among our dependencies (docs/decisions/0001), so it runs where somebody has put it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, test } from "vitest";
import {
  CLICKHOUSE_SETTINGS,
  type Clickhouse,
  createClickhousePopulationEngine,
  rowsOf,
} from "../../src/adapters/archive/population/clickhouse.ts";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { createPopulationSource } from "../../src/adapters/postgres/population-source.ts";
import { startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { epochMs, HOUR_MS } from "../../src/core/time/time.ts";
import { recompute } from "../../src/services/reputation/recompute.ts";
import { BLOCKS, openWorld } from "../support/archive-world.ts";
import { describeOnOneEngine } from "../support/engines.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { recomputeOn } from "../support/recompute.ts";
import { createReputationBench } from "../support/reputation-bench.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { readSimnetChain } from "../support/simnet-listener.ts";

type Chdb = {
  readonly Session: new (folder: string) => { query(statement: string, format: string): string; cleanup(): void };
};
const NAME = "chdb";
const chdb = (await import(NAME).catch(() => null)) as Chdb | null;
const END = 1_941 * BLOCKS;
const NOW = epochMs(Date.UTC(2026, 10, 20, 12));

/** The engine in this process, as a server would answer. */
function openChdb({ Session }: Chdb): Clickhouse {
  const folder = scratchFolder("chdb");
  const session = new Session(join(folder, "data"));
  const settings = Object.entries(CLICKHOUSE_SETTINGS)
    .map(([name, value]) => `${name} = ${value}`)
    .join(", ");
  const ask = (statement: string, format = "CSV"): string => String(session.query(statement, format) ?? "");
  ask(`SET ${settings}`);
  return {
    run: async (statement) => void ask(statement),
    rows: async (statement) => rowsOf(ask(statement, "JSONStringsEachRow")),
    async insert(table, pieces) {
      const file = join(folder, `${table}.csv`);
      writeFileSync(file, Buffer.concat(await Array.fromAsync(pieces)));
      ask(`INSERT INTO ${table} SELECT * FROM file('${file}', 'CSV')`);
    },
    close: async () => session.cleanup(),
  };
}

describeOnOneEngine("the population on ClickHouse", (getDb) => {
  test.skipIf(chdb === null)("is the population on DuckDB", { timeout: 120_000 }, async () => {
    const db = getDb();
    const clock = createManualClock(NOW);
    const simnet = await startSimnet({
      seed: "recompute",
      port: 0,
      clock,
      history: 3,
      isManual: true,
      firstBlock: END - 2_500,
    });
    try {
      const bench = await createReputationBench(db, { now: epochMs(NOW + HOUR_MS) });
      const nothing = { blocks: [], fills: [], markets: [], resolutions: [], quarantined: [] };
      await createChainStore(db).extend({
        fromBlock: END - BLOCKS,
        toBlock: END - 2_501,
        ...nothing,
        committedAt: NOW,
      });
      await readSimnetChain(db, simnet, clock);
      await bench.service.calculate();
      const world = openWorld(db, 4 * END);
      const onClickhouse = () =>
        recompute(
          {
            source: createPopulationSource(db),
            engine: createClickhousePopulationEngine({
              open: async () => openChdb(chdb as Chdb),
              archive: ([path = ""]) => `file('${join(world.folder, path)}', 'Parquet')`,
            }),
          },
          5,
        );
      expect(await onClickhouse()).toEqual(await recomputeOn(db));
      await world.archive();
      await sql`UPDATE flow.unit SET cash_in = cash_in + 1, realised = realised + 1
        WHERE (wallet_key, market_key) = (SELECT wallet_key, market_key FROM flow.unit
          WHERE NOT is_incomplete AND resolved_at IS NOT NULL ORDER BY paid_in DESC, 1, 2 LIMIT 1)`.execute(db.kysely);
      const [theirs, ours] = [await onClickhouse(), await recomputeOn(db, world.folder)];
      expect(theirs).toEqual(ours);
      expect(theirs.files).toBe(1);
      expect(theirs.comparison.differing).toBe(1);
      expect(theirs.totals.entries).toBeGreaterThan(1_000);
      await world.files.close();
    } finally {
      await simnet.stop();
    }
  });
});
