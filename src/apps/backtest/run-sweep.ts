import { createHistoryEngine, openSharedHistory } from "../../adapters/archive/history/engine.ts";
import type { Database } from "../../adapters/postgres/connect.ts";
import { createHistorySource } from "../../adapters/postgres/history-source.ts";
import { openSweepQueue } from "../../adapters/postgres/sweep-queue.ts";
import { createSweepStore } from "../../adapters/postgres/sweep-store.ts";
import { createVariantStore } from "../../adapters/postgres/variant-store.ts";
import { cores, createProcessPool } from "../../adapters/system/process-pool.ts";
import { fingerprint } from "../../core/backtest/sweep/fingerprint.ts";
import type { VariantFigures } from "../../core/backtest/sweep/variant-figures.ts";
import { InputError } from "../../core/errors.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { HistoryCoverage, SharedHistory } from "../../ports/backtest.ts";
import type { Sweep, VariantJobs, VariantPool } from "../../ports/sweep.ts";
import { listedJobs, orderVariants, type SweepProgress, workOnSweep } from "../../services/backtest/sweep.ts";
import { reportSweep, type SweepReport } from "../../services/backtest/sweep-report.ts";
import { archiveFolder } from "../archive.ts";
import type { Program } from "../program.ts";
import { createProgressLine, type ProgressLine, showLeft, showShare } from "../progress-line.ts";
import type { SweepProcessTask } from "./sweep-process.ts";

/** The past, ready for every process of this machine; and what of it lies before `to`. */
export type SweepData = SharedHistory & {
  readonly whole: HistoryCoverage;
  until(to: EpochMs): Promise<{ readonly data: string; readonly coverage: HistoryCoverage }>;
};

export async function shareHistory(database: Database, program: Program, line: ProgressLine): Promise<SweepData> {
  const engine = createHistoryEngine({ folder: archiveFolder(program.environment.DATA_DIR), threads: cores() });
  const shared = await createHistorySource(database)
    .atOneMoment((moment) => engine.share(moment, line.show, program.signal))
    .finally(line.end);
  try {
    const history = await openSharedHistory(shared.folder, null);
    await history.close();
    return {
      ...{ ...shared, whole: history.coverage },
      async until(to) {
        const part = await openSharedHistory(shared.folder, to);
        await part.close();
        const { fills, span } = part.coverage;
        return {
          data: fingerprint(part.facts, { count: fills, lastBlock: span.toBlock }, to),
          coverage: part.coverage,
        };
      },
    };
  } catch (error) {
    await shared.close();
    throw error;
  }
}

/** @throws InputError where this machine has another past than the sweep began with */
export async function requireSameData({ id, plan }: Sweep, shared: SweepData): Promise<void> {
  const { data, coverage } = await shared.until(plan.to);
  if (data === plan.data) return;
  throw new InputError(
    "SWEEP_DATA_DIFFERS",
    `sweep ${id} began with ${plan.coverage.fills} fills and their resolutions, and here are ${coverage.fills} that are not ` +
      "the same: variants on different pasts cannot be compared, so begin a new sweep, or bring the archive of this machine up to date",
    { id },
  );
}

export type SweepRun = {
  readonly sweep: Sweep;
  readonly shared: SweepData;
  /** Processes */
  readonly workers: number;
  /** After each that is done. */
  readonly onVariant?: () => void;
};

/** Works on the sweep until nothing is left of it, or somebody stops it. */
export async function runSweep(
  program: Program,
  database: Database,
  { sweep, shared, workers, onVariant = () => undefined }: SweepRun,
): Promise<SweepReport> {
  const { clock, terminal, signal } = program;
  const [store, variants] = [createSweepStore(database), createVariantStore(database)];
  const finished = await store.finished(sweep.id);
  const left = orderVariants(sweep.variants.filter(({ hash }) => !finished.has(hash)));
  const processes = createProcessPool<SweepProcessTask, VariantFigures>(
    new URL("sweep-process.ts", import.meta.url),
    Math.max(1, Math.min(workers, left.length)),
  );
  const pool: VariantPool = {
    size: processes.size,
    run: (task, onShare) => processes.run({ ...task, folder: shared.folder }, onShare),
    close: processes.close,
  };
  const jobs = await openJobs(
    program,
    database,
    sweep,
    left.map(({ hash }) => hash),
  );
  const line = createProgressLine(terminal, clock);
  const begun = clock.nowMs();
  const doneBefore = finished.size / sweep.variants.length;
  const onProgress = ({ done, share }: SweepProgress): void => {
    const here = share - doneBefore;
    const leftMs = here <= 0 ? null : ((clock.nowMs() - begun) * (1 - share)) / here;
    line.show(`${showShare(share)}  ${done} of ${sweep.variants.length} variants  ${showLeft(leftMs)}`);
  };
  try {
    await workOnSweep({ store, variants, jobs, pool, clock }, sweep, { onProgress, onVariant, signal });
  } finally {
    line.end();
    await pool.close();
    await jobs.close();
  }
  return reportSweep(sweep, { store, ledger: variants });
}

/** On a server whoever joins takes from one queue; the embedded engine has one process. */
function openJobs(
  { environment, clock, logger, signal }: Program,
  database: Database,
  { id, variants }: Sweep,
  hashes: readonly string[],
): Promise<VariantJobs> | VariantJobs {
  const url = environment.DATABASE_URL?.reveal();
  if (url === undefined) return listedJobs(hashes);
  const store = createSweepStore(database);
  const isOver = async (): Promise<boolean> => (await store.finished(id)).size >= variants.length;
  return openSweepQueue(database, { url, sweepId: id, hashes, isOver, clock, logger, signal });
}
