import { startPostgres } from "../support/postgres-server.ts";
import { runSeed } from "./run-seed.ts";
import { openSimPglite, openSimServer } from "./sim-database.ts";

const from = Number(process.argv[2] ?? 1),
  n = Number(process.argv[3] ?? 1),
  engine = process.argv[4] ?? "pglite";
const server = engine === "pglite" ? null : await startPostgres();
const sim = server === null ? await openSimPglite() : await openSimServer(server.url);
const t = performance.now();
const all = new Map<string, number>();
let failed = 0,
  kills = 0,
  statements = 0;
const log = n === 1 && process.env.LOG ? (m: string, f: any = {}) => console.log(m, JSON.stringify(f, (_k, v) => v instanceof Error ? `${v.name} ${v.message} ${JSON.stringify((v as any).context)}` : typeof v === "bigint" ? String(v) : v)) : () => {};
const logger: any = { debug: log, info: log, warn: log, error: log, with: () => logger };
for (let seed = from; seed < from + n; seed++) {
  const t1 = performance.now();
  const r = await runSeed(seed, sim, n === 1 ? { logger } : {});
  const ms = performance.now() - t1;
  for (const [k, v] of r.faults) all.set(k, (all.get(k) ?? 0) + v);
  kills += r.kills;
  statements += r.statements;
  if (r.problems.length > 0) {
    failed++;
    console.log("SEED", seed, r.problems.length, r.problems.slice(0, 3));
  }
  if (ms > 1500 || n === 1)
    console.log(
      "seed",
      seed,
      ms.toFixed(0),
      "ms",
      r.statements,
      "statements",
      r.fills,
      "fills",
      r.kills,
      "kills",
      r.reorgs,
    );
}
console.log(
  { failed, kills, statements, perSeed: (performance.now() - t) / n },
  [...all].map(([k, v]) => `${k}:${v}`).join(" "),
);
await sim.close();
await server?.stop();
