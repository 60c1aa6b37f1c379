/**
 * Runs the demo in a clean folder, as a user would start it, and prints what it took to see something, and how much of
 * the planted skill was found. `--runs N` repeats it; then each figure is given as min, median and max.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { numeric, scriptCommand } from "../test/support/script-command.ts";
import { printBench, significant, spread } from "./support/bench-report.ts";

const report = z.object({
  processStartedAt: z.number(),
  firstSignalSeconds: z.number().nullable(),
  firstResolvedSeconds: z.number().nullable(),
  auc: z.number().nullable(),
  falseWhaleRate: z.number().nullable(),
  topDecileShare: z.number().nullable(),
});

type Figures = Readonly<Record<string, number | null>>;

const values = scriptCommand("bench:demo", "The demo in a clean folder: what it took to see something.")
  .option("--runs <number>", "how often", numeric, 1)
  .option("--seed <number>", "of the first", numeric, 1)
  .parse()
  .opts<{ runs: number; seed: number }>();

async function runOnce(seed: number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), "orderflow-bench-demo-"));
  const file = join(folder, "report.json");
  const commandAt = Date.now();
  try {
    const args = [
      "run",
      "--silent",
      "demo",
      "--",
      "--data",
      join(folder, "data"),
      "--report",
      file,
      "--seed",
      `${seed}`,
    ];
    const child = spawn("npm", args, { stdio: ["ignore", "inherit", "inherit"] });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", resolve);
    });
    if (code !== 0) throw new Error(`the demo ended with exit code ${code}`);
    const found = report.parse(JSON.parse(readFileSync(file, "utf8")));
    // The report counts from the start of the demo's process; the user counts from the command.
    const startSeconds = (found.processStartedAt - commandAt) / 1_000;
    const fromCommand = (seconds: number | null): number | null => (seconds === null ? null : seconds + startSeconds);
    return {
      first_signal_s: fromCommand(found.firstSignalSeconds),
      first_closed_s: fromCommand(found.firstResolvedSeconds),
      auc_skill: found.auc,
      false_whale_rate: found.falseWhaleRate,
      top_decile_share: found.topDecileShare,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One run gives its figure; several give min, median and max; null when one of them did not come so far. */
function summarise(runs: readonly Figures[], key: string): unknown {
  const known = runs.map((run) => run[key] ?? null).filter((value) => value !== null);
  if (known.length < runs.length) return null;
  return known.length === 1 ? significant(known[0] ?? 0) : spread(known);
}

const runs: Figures[] = [];
for (let run = 0; run < values.runs; run++) runs.push(await runOnce(values.seed + run));
const keys = ["first_signal_s", "first_closed_s", "auc_skill", "false_whale_rate", "top_decile_share"];
const figures = Object.fromEntries(keys.map((key) => [key, summarise(runs, key)]));
printBench("demo", figures);
