/**
 * Reputation at the size of the venue: 2 million wallets, 1 million markets, 100 million fills. First the population by
 * column over Parquet files, alternating with a bare GROUP BY wallet, token of the same columns; its P&L is checked against
 * one sum over everything. Then one hour's calculation on PostgreSQL over a ledger of that size, whose units and scores are
 * checked against the hour's fills. Each measurement is a process of its own. Needs 60 GB of disk at full size; the
 * PostgreSQL is a throw-away one with fsync off.
 *
 * --scale 0.02 (or --quick) cuts wallets, markets and fills, the hour with them unless --hour says otherwise; --runs 5;
 * --part full or increment does one half; --keep FOLDER keeps the files and the ledger, and uses what it finds there.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Option } from "commander";
import pg from "pg";
import { openDuckdb } from "../src/adapters/archive/duckdb.ts";
import { openDatabase } from "../src/adapters/postgres/connect.ts";
import { migrate } from "../src/adapters/postgres/migrate.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { numeric, scriptCommand } from "../test/support/script-command.ts";
import { printBench, significant, spread, timeMs } from "./support/bench-report.ts";
import { addHour, checkHour, createLedger, paidIn } from "./support/increment-data.ts";
import { generatePopulation, sizeAt, totalOf } from "./support/population-data.ts";

const values = scriptCommand("bench:reputation", "Reputation at the size of the venue.")
  .option("--scale <number>", "share of the venue", numeric)
  .option("--hour <number>", "share of its hour", numeric)
  .option("--runs <number>", "of each measurement", numeric)
  .addOption(new Option("--part <part>", "one half").choices(["full", "increment"]))
  .option("--keep <folder>", "keeps the files and the ledger, and uses what is there")
  .option("--quick", "a fiftieth")
  .parse()
  .opts<{ scale?: number; hour?: number; runs?: number; part?: string; keep?: string; quick?: true }>();
const scale = values.scale ?? (values.quick ? 0.02 : 1);
const hourScale = values.hour ?? scale;
const runs = values.runs ?? (scale >= 0.5 ? 3 : 5);
const size = sizeAt(scale);
/** PostgreSQL's account has to get to it. */
const base = values.keep ?? mkdtempSync(join(tmpdir(), "orderflow-bench-reputation-"));
mkdirSync(base, { recursive: true });
chmodSync(base, 0o755);
const HOUR = { fills: Math.round(250_000 * hourScale), resolutions: Math.round(5_000 * hourScale) };

type Measured = Readonly<Record<string, unknown>> & { readonly seconds: number; readonly rssMb: number };

function measure(script: string, ...args: readonly string[]): Measured {
  const output = execFileSync(process.execPath, [join(import.meta.dirname, "support", script), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  console.log(`${script} ${args[0]}: ${output.toString().trim()}`);
  return JSON.parse(output.toString()) as Measured;
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  let result: T | undefined;
  const ms = await timeMs(async () => {
    result = await work();
  });
  console.log(`${what}: ${(ms / 1_000).toFixed(0)} s`);
  return result as T;
}

async function benchFull(): Promise<Record<string, unknown>> {
  const folder = join(base, "population");
  try {
    await makeOnce(folder, () => timed("population made", () => generatePopulation(folder, size)));
    const duckdb = await openDuckdb({ spillFolder: join(folder, "spill"), memoryMb: 2_048, threads: 2 });
    const wanted = await timed("P&L of everything at once", () => totalOf(duckdb, folder));
    duckdb.close();
    const rounds = Array.from({ length: runs }, () => ({
      full: measure("recompute-process.ts", "full", folder),
      group: measure("recompute-process.ts", "group", folder),
    }));
    for (const { full } of rounds) {
      if (full.pnl !== wanted.toString()) throw new Error(`the wallets made ${full.pnl}, everything ${wanted}`);
    }
    return {
      full_s: spread(rounds.map(({ full }) => full.seconds)),
      full_rss_mb: spread(rounds.map(({ full }) => full.rssMb)),
      vs_group_by: spread(rounds.map(({ full, group }) => full.seconds / group.seconds)),
    };
  } finally {
    if (values.keep === undefined) rmSync(base, { recursive: true, force: true });
  }
}

/** Made, and marked as whole when it is, unless an earlier run did it. */
async function makeOnce(folder: string, make: () => Promise<void>): Promise<void> {
  const mark = `${folder}.${scale}.whole`;
  if (existsSync(mark)) return;
  rmSync(folder, { recursive: true, force: true });
  await make();
  writeFileSync(mark, "");
}

const SETTINGS = [
  "fsync=off",
  "synchronous_commit=off",
  "full_page_writes=off",
  "max_wal_size=4GB",
  "shared_buffers=1GB",
];

async function onServer<T>(data: string, work: (client: pg.Client, url: string) => Promise<T>): Promise<T> {
  const server = await startPostgres(SETTINGS, data);
  if (server === null) throw new Error("PostgreSQL's binaries are needed");
  try {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    const result = await work(client, server.url);
    await client.end();
    return result;
  } finally {
    await server.stop();
  }
}

async function migrateAt(url: string): Promise<void> {
  const db = await openDatabase({ url });
  await migrate(db);
  await db.close();
}

async function benchIncrement(): Promise<Record<string, unknown>> {
  const ledger = join(base, "ledger");
  const measured = join(base, "measured");
  await makeOnce(ledger, () =>
    onServer(ledger, async (client, url) => {
      await migrateAt(url);
      await timed("ledger made", () => createLedger(client, size));
      // An hour before the hour is measured, so that as much leaves the lookback as in any hour.
      measure("increment-process.ts", url, "1");
      await client.query("VACUUM ANALYZE");
    }),
  );
  try {
    execFileSync("cp", ["-a", "--reflink=auto", ledger, measured]);
    return await onServer(measured, async (client, url) => {
      await migrateAt(url);
      const before = await paidIn(client);
      await timed("hour made", () => addHour(client, size, HOUR));
      const hour = measure("increment-process.ts", url);
      await checkHour(client, before);
      return { increment_s: significant(hour.seconds), increment_rss_mb: significant(hour.rssMb), hour: HOUR };
    });
  } finally {
    rmSync(values.keep === undefined ? base : measured, { recursive: true, force: true });
  }
}

const full = values.part === "increment" ? {} : await benchFull();
const increment = values.part === "full" ? {} : await benchIncrement();
printBench("reputation", { scale, ...size, ...full, ...increment });
