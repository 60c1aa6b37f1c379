/**
 * The same sweep with one worker process and with two, alternating: wall time of all variants, scores and start of the
 * processes included; with one also on a single core, for V8 collects garbage on a second one where that is free. And
 * what sharing the scores saves.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { openDuckdb } from "../../src/adapters/archive/duckdb.ts";
import { openSharedHistory } from "../../src/adapters/archive/history/engine.ts";
import { writeFacts } from "../../src/adapters/archive/history/facts-file.ts";
import { readScoreLog } from "../../src/adapters/archive/history/score-log-file.ts";
import { createProcessPool } from "../../src/adapters/system/process-pool.ts";
import type { SweepProcessTask } from "../../src/apps/backtest/sweep-process.ts";
import type { RunHooks, RunOptions } from "../../src/core/backtest/run.ts";
import { playScores, scoreKey } from "../../src/core/backtest/sweep/score-log.ts";
import type { VariantFigures } from "../../src/core/backtest/sweep/variant-figures.ts";
import { DAY_MS, epochMs } from "../../src/core/time/time.ts";
import type { Sweep, SweepStore, VariantPool } from "../../src/ports/sweep.ts";
import { variantHash } from "../../src/services/backtest/backtest.ts";
import { runBacktest } from "../../src/services/backtest/run-backtest.ts";
import { listedJobs, orderVariants, workOnSweep } from "../../src/services/backtest/sweep.ts";
import { engineOf, runOptions } from "../../test/support/backtest-options.ts";
import { createManualClock } from "../../test/support/manual-clock.ts";
import { type BacktestSize, DAYS, factsOf, GENESIS_MS, generateFills } from "./backtest-data.ts";
import { type Spread, significant, spread, timeMs } from "./bench-report.ts";

const GENESIS = epochMs(GENESIS_MS);
const END = epochMs(GENESIS_MS + (DAYS + 1) * DAY_MS);
/** Nobody in generated data may be followed (they sell what they never bought), so what they sell is bought instead. */
const SCORES = [4, 4.2, 4.4, 4.6, 4.8, 5];
const DELAYS_MS = [1_000, 3_000];

/** Twelve, of two delays: each pair of six shares its scores. */
const grid: readonly RunOptions[] = DELAYS_MS.flatMap((delayMs) =>
  SCORES.map((maxFadeScore) => {
    const engine = engineOf({ fadeDegens: true, maxFadeScore, panicWallets: 1 });
    const limits = { ...engine.limits, minConfidence: 0.4 };
    return { ...runOptions(epochMs(GENESIS_MS + 30 * DAY_MS), END, { ...engine, limits }), delayMs };
  }),
);

/** Asked before anything is pinned. */
const CORES = cpus().length;

type Found = ReadonlyMap<string, VariantFigures>;

export async function measureSweep(
  folder: string,
  size: BacktestSize,
  rounds: number,
): Promise<Record<string, unknown>> {
  const duckdb = await openDuckdb({ spillFolder: join(folder, "spill"), memoryMb: 1_024, threads: 2 });
  await generateFills(duckdb, join(folder, "fills.parquet"), size);
  duckdb.close();
  await writeFacts(folder, { facts: factsOf(size), missing: [], parts: ["fills.parquet"], legs: null });
  const pairs: { readonly onOneCore: number | null; readonly one: number; readonly two: number }[] = [];
  let first: Found | null = null;
  for (let round = 0; round < rounds; round += 1) {
    const onOneCore = await onCores("0", () => sweepOnce(folder, 1));
    const [one, two] = [await sweepOnce(folder, 1), await sweepOnce(folder, 2)];
    first ??= one.found;
    for (const { found } of [one, two, ...(onOneCore === null ? [] : [onOneCore])]) {
      if (!isDeepStrictEqual(found, first)) throw new Error("one and two workers found different figures");
    }
    const pair = { onOneCore: onOneCore?.seconds ?? null, one: one.seconds, two: two.seconds };
    console.log(JSON.stringify({ round, ...pair }));
    pairs.push(pair);
  }
  const signals = Math.max(...[...(first ?? [])].map(([, each]) => each.signals));
  if (signals === 0) throw new Error("the sweep made no signal");
  const onOne = pairs.flatMap(({ onOneCore, two }) => (onOneCore === null ? [] : [significant(onOneCore / two)]));
  return {
    ...{ sweep_fills: size.fills, sweep_variants: grid.length, sweep_signals: signals },
    sweep_speedup: spread(pairs.map(({ one, two }) => significant(one / two))),
    sweep_core_speedup: onOne.length === 0 ? null : spread(onOne),
    sweep_shared_scores_gain: await measureSharing(folder, rounds),
  };
}

/** Processor time of one variant that works its scores out, over one that reads them. */
async function measureSharing(folder: string, rounds: number): Promise<Spread> {
  const [options] = grid;
  if (options === undefined) throw new Error("the grid is empty");
  const history = await openSharedHistory(folder, options.to);
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const own = await cpuSeconds(() => runBacktest(history, options));
    const log = readScoreLog(join(folder, `scores-${scoreKey(options)}.bin`));
    if (log === null) throw new Error("no scores were kept");
    const scores: RunHooks["scores"] = (_, board) => playScores(board, options, log.source);
    ratios.push(own / (await cpuSeconds(() => runBacktest(history, options, { hooks: { scores } }))));
    log.close();
  }
  await history.close();
  return spread(ratios);
}

async function cpuSeconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** What this process starts meanwhile has these cores alone. Null where the machine cannot do that. */
async function onCores<T>(cores: string, work: () => Promise<T>): Promise<T | null> {
  const pin = (list: string): void =>
    void execFileSync("taskset", ["--all-tasks", "--cpu-list", "--pid", list, String(process.pid)], {
      stdio: "ignore",
    });
  try {
    pin(cores);
  } catch {
    return null;
  }
  try {
    return await work();
  } finally {
    pin(`0-${CORES - 1}`);
  }
}

/** From nothing: no process is running, no score is known. */
async function sweepOnce(folder: string, workers: number): Promise<{ found: Found; seconds: number }> {
  for (const name of readdirSync(folder)) if (name.startsWith("scores-")) rmSync(join(folder, name));
  const variants = grid.map((options, place) => ({ hash: variantHash(options), point: { place }, options }));
  const coverage = { span: { fromBlock: 0, toBlock: 0 }, missing: [], fills: 0, firstAt: null, lastAt: null };
  const plan = {
    grid: {},
    from: GENESIS,
    to: END,
    objective: "profit",
    seed: 1,
    windows: null,
    data: "",
    coverage,
  } as const;
  const sweep: Sweep = { id: "bench", plan, variants };
  const found = new Map<string, VariantFigures>();
  const store: Pick<SweepStore, "finished" | "save"> = {
    finished: async () => new Set(found.keys()),
    save: async (_, hash, figures) => void found.set(hash, figures),
  };
  const module = new URL("../../src/apps/backtest/sweep-process.ts", import.meta.url);
  const processes = createProcessPool<SweepProcessTask, VariantFigures>(module, workers);
  const pool: VariantPool = {
    size: workers,
    run: (task, onShare) => processes.run({ ...task, folder }, onShare),
    close: processes.close,
  };
  const ledger = { countWith: async () => grid.length, record: async () => undefined };
  const jobs = listedJobs(orderVariants(variants).map(({ hash }) => hash));
  const deps = { store: store as SweepStore, variants: ledger, jobs, pool, clock: createManualClock(END) };
  try {
    const ms = await timeMs(() => workOnSweep(deps, sweep));
    return { found: new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1))), seconds: ms / 1_000 };
  } finally {
    await pool.close();
  }
}
