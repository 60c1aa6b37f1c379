/**
 * Runs seeds of the listener's fault campaign, side by side on all cores, and ends with a `BENCH` line. Seeds that failed
 * are named with the command that replays one alone.
 * Run: npm run test:faults -- [--seeds 2000] [--from 1] [--engine both|pglite|postgresql] [--jobs 2] [--minutes 20]
 */
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Option } from "commander";
import { startPostgres } from "../support/postgres-server.ts";
import { numeric, scriptCommand } from "../support/script-command.ts";
import type { SeedResult } from "./run-seed.ts";
import type { SeedTask } from "./seed-worker.ts";
import { engineOf } from "./sim-database.ts";
import { createTally, replayOf } from "./tally.ts";

const values = scriptCommand("test:faults", "Seeds of the fault campaign of the listener.")
  .option("--seeds <number>", "how many", numeric, 2000)
  .option("--from <number>", "first seed", numeric, 1)
  .addOption(new Option("--engine <engine>").choices(["both", "pglite", "postgresql"]).default("both"))
  .option("--jobs <number>", "side by side", numeric, availableParallelism())
  .option("--minutes <number>", "no seed is begun after so long", numeric, 1440)
  .parse()
  .opts<{ seeds: number; from: number; engine: "both" | "pglite" | "postgresql"; jobs: number; minutes: number }>();
const { from, seeds } = values;
const server = values.engine === "pglite" ? null : await startPostgres();
if (values.engine === "postgresql" && server === null) throw new Error("no PostgreSQL binaries were found");
if (values.engine === "both" && server === null) console.log("no PostgreSQL binaries were found: PGlite only");

const taskOf = (seed: number): SeedTask => {
  const engine = values.engine === "both" ? engineOf(seed, server !== null) : values.engine;
  return { seed, engine };
};
const startedAt = performance.now();
const tally = createTally();
let next = from;

function report({ seed, engine }: SeedTask, result: SeedResult): void {
  tally.add(result, engine);
  if (result.problems.length > 0) {
    console.log(`seed ${seed} failed; alone: ${replayOf({ seed, engine, problems: [] })}`);
    for (const problem of result.problems.slice(0, 5)) console.log(`  ${problem}`);
  }
  const done = tally.seeds();
  if (done % 50 !== 0) return;
  const perSecond = done / ((performance.now() - startedAt) / 1_000);
  const left = `${Math.round((seeds - done) / perSecond)} s left`;
  console.log(
    `${done} of ${seeds} seeds, ${tally.failures().length} failed, ${perSecond.toFixed(1)} a second, ${left}`,
  );
}

/** One process; what it dies of counts as a failure of the seed that it was at, and another takes over. */
function work(): Promise<void> {
  const path = join(import.meta.dirname, "seed-worker.ts");
  const child = fork(path, server === null ? [] : [server.url], { serialization: "advanced" });
  let task: SeedTask | null = null;
  const give = (): void => {
    const isOver = next >= from + seeds || performance.now() - startedAt > values.minutes * 60_000;
    task = isOver ? null : taskOf(next++);
    if (task === null) child.disconnect();
    else child.send(task);
  };
  child.on("message", (result: SeedResult) => {
    if (task !== null) report(task, result);
    give();
  });
  give();
  return new Promise((resolve) => {
    child.on("exit", (code) => {
      if (task === null) return resolve();
      const nothing = { faults: new Map(), rows: new Map(), reorgs: [], kills: 0, statements: 0, hasBackfill: false };
      report(task, { ...nothing, seed: task.seed, problems: [`the process ended with code ${code}`] });
      resolve(work());
    });
  });
}

await Promise.all(Array.from({ length: Math.min(values.jobs, seeds) }, work));
await server?.stop();
const failures = tally.failures();
const durationS = Math.round((performance.now() - startedAt) / 1_000);
console.log(`faults ${JSON.stringify(Object.fromEntries([...tally.faults()].sort()))}`);
console.log(`rows ${JSON.stringify(Object.fromEntries([...tally.rows()].sort()))}`);
for (const failure of failures) console.log(`failed: seed ${failure.seed}: ${replayOf(failure)}`);
const done = tally.seeds();
const summary = {
  name: "faults",
  engine: values.engine,
  seeds: done,
  failed: failures.length,
  durationS,
  ...tally.totals(),
};
console.log(`BENCH ${JSON.stringify(summary)}`);
process.exitCode = failures.length === 0 ? 0 : 1;
