/**
 * The listener from simnet into each engine: fills committed per second while it catches up with a finished history,
 * and bytes per fill with indexes. simnet runs in a process of its own; the engines take turns. The server is a
 * throw-away one with fsync off; the embedded engine keeps its data in a folder.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import pg from "pg";
import { type Database, type DatabaseTarget, openDatabase } from "../src/adapters/postgres/connect.ts";
import { migrate } from "../src/adapters/postgres/migrate.ts";
import { createSystemClock, wallNowMs } from "../src/adapters/system/clock.ts";
import { demoEnvironment } from "../src/apps/demo/environment.ts";
import { type SimnetProcess, startSimnetProcess } from "../src/apps/demo/simnet-process.ts";
import { createListener } from "../src/apps/listener.ts";
import type { Logger } from "../src/ports/logger.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { numeric, scriptCommand } from "../test/support/script-command.ts";
import { printBench, spread } from "./support/bench-report.ts";

const values = scriptCommand("bench:listener-rows", "The listener from simnet into each engine.")
  .option("--runs <number>", "of each engine", numeric, 5)
  .option("--quick", "one run")
  .parse()
  .opts<{ runs: number; quick?: true }>();
const runs = values.quick ? 1 : values.runs;

const ignore = (): void => {};
const silent: Logger = { debug: ignore, info: ignore, warn: console.warn, error: console.error, with: () => silent };
const clock = createSystemClock();

type Figures = { readonly rowsPerSecond: number; readonly bytesPerFill: number; readonly fills: number };

async function measure(target: DatabaseTarget, simnet: SimnetProcess): Promise<Figures> {
  const database = await openDatabase(target);
  try {
    await migrate(database);
    const environment = demoEnvironment(simnet.addresses);
    const listener = { startBlock: simnet.firstBlock };
    const stop = new AbortController();
    const parts = { environment, database, clock, logger: silent, machineTimeFactor: 1, listener };
    const service = await createListener(parts, stop.signal);
    const startedAt = performance.now();
    const running = service.run(stop.signal);
    // Asking the service, not the database: a query would compete with what is measured.
    while (!service.health().ready) await Promise.race([running, clock.sleep(20)]);
    const seconds = (performance.now() - startedAt) / 1_000;
    stop.abort();
    await running;
    return { ...(await sizeOf(database)), ...(await rate(database, seconds)) };
  } finally {
    await database.close();
  }
}

async function rate({ kysely }: Database, seconds: number): Promise<Pick<Figures, "rowsPerSecond" | "fills">> {
  const { rows } = await sql<{ fills: bigint }>`SELECT count(*) AS fills FROM flow.fill`.execute(kysely);
  const fills = Number(rows[0]?.fills ?? 0n);
  if (fills === 0) throw new Error("nothing was read");
  return { fills, rowsPerSecond: Math.round(fills / seconds) };
}

async function sizeOf({ kysely }: Database): Promise<Pick<Figures, "bytesPerFill">> {
  const { rows } = await sql<{ bytes: number }>`
    SELECT (sum(pg_total_relation_size(relid)) / (SELECT count(*) FROM flow.fill))::float8 AS bytes
    FROM pg_partition_tree('flow.fill_packed')`.execute(kysely);
  return { bytesPerFill: Math.round(rows[0]?.bytes ?? 0) };
}

async function createDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return serverUrl.replace("/postgres?", `/${name}?`);
}

const folder = mkdtempSync(join(tmpdir(), "orderflow-bench-listener-"));
const server = await startPostgres();
const simnet = await startSimnetProcess({ seed: 1, speed: 1, startedAt: wallNowMs() }, new AbortController().signal);
const results = new Map<string, Figures[]>();
try {
  for (let run = 1; run <= runs; run++) {
    const targets: (readonly [string, DatabaseTarget])[] = [["pglite", { folder: join(folder, `${run}`) }]];
    if (server !== null) targets.push(["postgresql", { url: await createDatabase(server.url, `run_${run}`) }]);
    for (const [engine, target] of targets) {
      const figures = await measure(target, simnet);
      console.log(
        `run ${run} ${engine}: ${figures.fills} fills, ${figures.rowsPerSecond} rows/s, ${figures.bytesPerFill} bytes/fill`,
      );
      results.set(engine, [...(results.get(engine) ?? []), figures]);
    }
  }
} finally {
  await simnet.stop();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}
const line = Object.fromEntries(
  [...results].map(([engine, list]) => [
    engine,
    { rows_per_s: spread(list.map((f) => f.rowsPerSecond)), bytes_per_fill: spread(list.map((f) => f.bytesPerFill)) },
  ]),
);
printBench("listener-rows", line);
