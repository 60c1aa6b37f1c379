/**
 * A backtest of 50 million fills and 300,000 wallets: signals alone, against a bare scan of the same columns, alternating.
 * Fills a second are over the CPU seconds of the whole process, DuckDB's among them: what one core does. Every buy of a
 * followed wallet has to reach the engine. Then a run that rebuilds all scores and trades, over a tenth, a million at most.
 *
 * Last a sweep with one worker process and with two.
 *
 * --quick or --fills 1000000 cuts the fills; --runs 3; --part run|sweep for one of the two; --sweep-fills, --rounds of the sweep.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Option } from "commander";
import { openDuckdb } from "../src/adapters/archive/duckdb.ts";
import { numeric, scriptCommand } from "../test/support/script-command.ts";
import { type BacktestSize, generateFills } from "./support/backtest-data.ts";
import { printBench, significant, spread } from "./support/bench-report.ts";
import { measureSweep } from "./support/sweep-speed.ts";

const values = scriptCommand("bench:backtest", "A backtest against a bare scan, and a sweep with one worker and two.")
  .option("--fills <number>", "of the backtest; by default 50 million", numeric)
  .option("--runs <number>", "of the backtest", numeric, 3)
  .option("--quick", "less of everything")
  .addOption(new Option("--part <part>", "one of the two").choices(["all", "run", "sweep"]).default("all"))
  .option("--sweep-fills <number>", "of the sweep; by default 300,000", numeric)
  .option("--rounds <number>", "of the sweep", numeric, 5)
  .parse()
  .opts<{ fills?: number; runs: number; quick?: true; part: string; sweepFills?: number; rounds: number }>();
const fills = values.fills ?? (values.quick ? 1_000_000 : 50_000_000);
const sweepFills = values.sweepFills ?? (values.quick ? 100_000 : 300_000);
const size: BacktestSize = { fills, wallets: 300_000 };
/** A run that rebuilds scores holds 75 bytes for each closed unit and 850 for each open one, and here nearly every fill is one. */
const SCORED_MAX = 1_000_000;
const smaller: BacktestSize = { fills: Math.min(SCORED_MAX, Math.ceil(fills / 10)), wallets: 30_000 };

type Measured = {
  readonly cpuSeconds: number;
  readonly rssMb: number;
  readonly fills: number;
  readonly told: number;
  readonly signals: number;
  readonly wanted: number | null;
};

function measure(kind: string, path: string, of: BacktestSize): Measured {
  const script = join(import.meta.dirname, "support", "backtest-process.ts");
  const output = execFileSync(
    process.execPath,
    ["--max-semi-space-size=32", script, kind, path, String(of.fills), String(of.wallets)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  console.log(output.toString().trim());
  return JSON.parse(output.toString()) as Measured;
}

async function measureRuns(folder: string): Promise<Record<string, unknown>> {
  const duckdb = await openDuckdb({ spillFolder: join(folder, "spill"), memoryMb: 1_024, threads: 2 });
  const [path, small] = [join(folder, "fills.parquet"), join(folder, "smaller.parquet")];
  await generateFills(duckdb, path, size);
  await generateFills(duckdb, small, smaller);
  duckdb.close();
  const runs: Measured[] = [];
  const scans: Measured[] = [];
  for (let run = 0; run < values.runs; run += 1) {
    runs.push(measure("run", path, size));
    scans.push(measure("scan", path, size));
  }
  for (const { told, wanted } of runs) if (told !== wanted) throw new Error(`${told} buys told, ${wanted} in the data`);
  const scored = measure("scored", small, smaller);
  if (scored.fills !== smaller.fills) throw new Error(`${scored.fills} of ${smaller.fills} fills were read`);
  return {
    fills,
    fills_per_s: spread(runs.map(({ cpuSeconds }) => significant(fills / cpuSeconds))),
    vs_scan: spread(
      runs.map(({ cpuSeconds }, run) => significant(cpuSeconds / (scans[run]?.cpuSeconds ?? Number.NaN))),
    ),
    rss_mb: Math.round(Math.max(...runs.map(({ rssMb }) => rssMb))),
    ...{ signals: runs[0]?.signals, scored_fills: smaller.fills },
    scored_fills_per_s: significant(smaller.fills / scored.cpuSeconds),
    scored_rss_mb: Math.round(scored.rssMb),
  };
}

const folder = mkdtempSync(join(tmpdir(), "orderflow-bench-backtest-"));
try {
  const figures = values.part === "sweep" ? {} : await measureRuns(folder);
  const sweepSize: BacktestSize = { fills: sweepFills, wallets: Math.ceil(sweepFills / 100) };
  const swept = values.part === "run" ? {} : await measureSweep(folder, sweepSize, values.rounds);
  printBench("backtest", { ...figures, ...swept });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
