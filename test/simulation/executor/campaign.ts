/**
 * Runs seeds of the executor's kill campaign and ends with a `BENCH` line. A seed that fails is replayed alone by its number.
 * Run: npm run test:kills -- --seeds 2000 [--from 1] [--engine pglite|postgresql] [--interleaved]
 */
import { Option } from "commander";
import { startPostgres } from "../../support/postgres-server.ts";
import { numeric, scriptCommand } from "../../support/script-command.ts";
import { openSimPglite, openSimServer } from "../sim-database.ts";
import { runExecutorSeed } from "./run-seed.ts";

const { seeds, from, engine, interleaved } = scriptCommand("test:kills", "Seeds of the kill campaign of the executor.")
  .option("--seeds <number>", "how many", numeric, 200)
  .option("--from <number>", "first seed", numeric, 1)
  .addOption(new Option("--engine <engine>").choices(["pglite", "postgresql"]).default("pglite"))
  .option("--interleaved", "others write between the executor's statements, and blocks are taken back", false)
  .parse()
  .opts<{ seeds: number; from: number; engine: "pglite" | "postgresql"; interleaved: boolean }>();
const server = engine === "postgresql" ? await startPostgres() : null;
if (engine === "postgresql" && server === null) throw new Error("no PostgreSQL binaries were found");
const sim = server === null ? await openSimPglite() : await openSimServer(server.url);

const startedAt = performance.now();
const totals = { failed: 0, kills: 0, faults: 0, statements: 0, orders: 0 };
for (let seed = from; seed < from + seeds; seed += 1) {
  const result = await runExecutorSeed(seed, sim, { interleaved });
  totals.kills += result.kills;
  totals.faults += result.faults;
  totals.statements += result.statements;
  totals.orders += result.orders;
  if (result.problems.length === 0) continue;
  totals.failed += 1;
  const how = `--engine ${engine}${interleaved ? " --interleaved" : ""}`;
  console.log(`seed ${seed} failed; alone: npm run test:kills -- --from ${seed} --seeds 1 ${how}`);
  for (const problem of result.problems.slice(0, 5)) console.log(`  ${problem}`);
}
await sim.close();
await server?.stop();
const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
console.log(`BENCH ${JSON.stringify({ name: "kills", engine, interleaved, seeds, seconds, ...totals })}`);
process.exitCode = totals.failed === 0 ? 0 : 1;
