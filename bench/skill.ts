/**
 * How much of simnet's planted skill the score finds, and whether the edge's lower bound keeps its promise: many seeds,
 * each a world of its own that the listener reads into a database and the reputation service scores. Nothing is tuned
 * per seed. `--seeds 20 --first 1 --hours 36`; `--file rows.jsonl` keeps what each wallet got, and the summary is over
 * all that is in it, so that the seeds may be run in several goes.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import { sql } from "kysely";
import { type Database, openDatabase } from "../src/adapters/postgres/connect.ts";
import { migrate } from "../src/adapters/postgres/migrate.ts";
import { startSimnet } from "../src/adapters/simnet/simnet.ts";
import { addMs, epochMs } from "../src/core/time/time.ts";
import { createManualClock } from "../test/support/manual-clock.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { createReputationBench } from "../test/support/reputation-bench.ts";
import { numeric, scriptCommand } from "../test/support/script-command.ts";
import { readSimnetChain } from "../test/support/simnet-listener.ts";
import { printBench } from "./support/bench-report.ts";
import { type JudgedWallet, summarizeSeed, summarizeSkill } from "./support/skill-summary.ts";

const {
  first,
  seeds: count,
  hours,
  file,
} = scriptCommand("report:skill", "How much of the planted skill the score finds.")
  .option("--seeds <number>", "worlds", numeric, 20)
  .option("--first <number>", "first seed", numeric, 1)
  .option("--hours <number>", "of each world", numeric, 36)
  .option("--file <file>", "keeps what each wallet got; the summary is over all in it")
  .parse()
  .opts<{ seeds: number; first: number; hours: number; file?: string }>();
const NOW = epochMs(Date.UTC(2026, 10, 20, 12));
const HOUR_MS = 3_600_000;

type Found = Omit<JudgedWallet, "seed" | "kind" | "skill">;

async function measure(db: Database, seed: number): Promise<readonly JudgedWallet[]> {
  const clock = createManualClock(NOW);
  const { service } = await createReputationBench(db, { now: addMs(NOW, HOUR_MS) });
  const simnet = await startSimnet({ seed, port: 0, clock, history: hours, isManual: true });
  try {
    await readSimnetChain(db, simnet, clock);
    await service.calculate();
    const { rows } = await sql<Found>`SELECT '0x' || encode(w.address, 'hex') AS address, reputation_score AS score,
      trader_tier AS tier, ineligible_reason AS reason, edge_markets::float8 AS markets,
      flow.edge_bound(edge_markets, edge_sum, edge_sum_of_squares, p.k, p.variance) AS bound,
      edge_sum::float8 / 1e6 AS "edgeSum"
      FROM flow.wallet_score JOIN flow.wallet w USING (wallet_key), flow.edge_prior_now p`.execute(db.kysely);
    const found = new Map(rows.map((row) => [row.address, row]));
    const unknown = { score: 5, tier: "AVERAGE", reason: null, bound: null, markets: 0, edgeSum: 0 };
    return simnet.world.wallets.map(({ address, kind, skill }) => ({
      ...{ address, seed, kind, skill, ...unknown },
      ...found.get(address),
    }));
  } finally {
    await simnet.stop();
  }
}

const judged: JudgedWallet[] = [];
if (file !== undefined && existsSync(file)) {
  for (const line of readFileSync(file, "utf8").trim().split("\n")) judged.push(JSON.parse(line) as JudgedWallet);
}
const server = await startPostgres();
const db = await openDatabase(server === null ? { instance: await PGlite.create() } : { url: server.url });
try {
  await migrate(db);
  for (let seed = first; seed < first + count; seed += 1) {
    const wallets = await measure(db, seed);
    judged.push(...wallets);
    if (file !== undefined) appendFileSync(file, wallets.map((row) => `${JSON.stringify(row)}\n`).join(""));
    console.log(`seed ${seed}: ${JSON.stringify(summarizeSeed(wallets))}`);
  }
} finally {
  await db.close();
  await server?.stop();
}
printBench("skill", { hours, ...summarizeSkill(judged) });
