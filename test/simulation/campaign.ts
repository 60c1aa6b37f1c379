/**
 * Runs seeds of the listener's fault campaign and ends with a `BENCH` line. A seed that fails is replayed alone by its number.
 * Run: npm run test:faults -- --seeds 2000 [--from 1] [--engine pglite|postgresql]
 */
import { parseArgs } from "node:util";
import { startPostgres } from "../support/postgres-server.ts";
import { runSeed } from "./run-seed.ts";
import { openSimPglite, openSimServer } from "./sim-database.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    from: { type: "string", default: "1" },
    engine: { type: "string", default: "pglite" },
  },
});
const from = Number(values.from);
const seeds = Number(values.seeds);
const server = values.engine === "postgresql" ? await startPostgres() : null;
if (values.engine === "postgresql" && server === null) throw new Error("no PostgreSQL binaries were found");
const sim = server === null ? await openSimPglite() : await openSimServer(server.url);

const totals = { failed: 0, kills: 0, reorgs: 0, faults: 0, statements: 0 };
for (let seed = from; seed < from + seeds; seed += 1) {
  const result = await runSeed(seed, sim);
  totals.kills += result.kills;
  totals.reorgs += result.reorgs;
  totals.statements += result.statements;
  for (const count of result.faults.values()) totals.faults += count;
  if (result.problems.length > 0) {
    totals.failed += 1;
    console.log(
      `seed ${seed} failed; alone: npm run test:faults -- --from ${seed} --seeds 1 --engine ${values.engine}`,
    );
    for (const problem of result.problems.slice(0, 5)) console.log(`  ${problem}`);
  }
  if ((seed - from + 1) % 50 === 0) console.log(`${seed - from + 1} of ${seeds} seeds, ${totals.failed} failed`);
}
await sim.close();
await server?.stop();
console.log(`BENCH ${JSON.stringify({ name: "faults", engine: values.engine, seeds, ...totals })}`);
process.exitCode = totals.failed === 0 ? 0 : 1;
