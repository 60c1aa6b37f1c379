import type { LogPosition } from "../../core/chain/fill.ts";
import { InputError, TransientError } from "../../core/errors.ts";
import { addMs, DAY_MS } from "../../core/time/time.ts";
import type { ArchivedFill, ArchiveFiles, ArchiveStore, FillPartition, NewArchiveFile } from "../../ports/archive.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import { createRateMeter } from "./rate-meter.ts";

export type ArchiveConfig = {
  readonly retentionDays: number;
  /** Fills per read. The embedded engine serves everybody else between two pages, so they stay small. */
  readonly pageRows: number;
};

export const ARCHIVE_PAGE_ROWS = 2_000;

export type ArchiveDeps = {
  readonly store: ArchiveStore;
  readonly files: ArchiveFiles;
  readonly clock: Clock;
  readonly logger: Logger;
};

export type ArchiveProgress = {
  readonly partition: FillPartition;
  readonly partitions: number;
  readonly partitionsDone: number;
  readonly rows: number;
  /** Behind this block nothing is left to read in the partition. */
  readonly block: number;
  readonly rowsPerSecond: number;
  /** From the planner's estimate of what is left; null while unknown. */
  readonly leftMs: number | null;
};

export type MovedPartition = FillPartition & {
  readonly path: string;
  readonly rows: number;
  readonly fileBytes: number;
  readonly tableBytes: number;
};

export type ArchiveReport = {
  readonly moved: readonly MovedPartition[];
  /** Partitions that stay, each with its reason. */
  readonly kept: readonly FillPartition[];
  /** Ready, but in use at the moment of the drop: the next run finishes them. */
  readonly postponed: readonly FillPartition[];
};

/**
 * Moves every partition that is old enough into a file, oldest first. Each is written, verified and only then dropped,
 * in the transaction that records the file; whatever a killed run left is found and finished.
 * @throws InputError when another archiver or importer is at work
 */
export async function archiveFills(
  deps: ArchiveDeps,
  config: ArchiveConfig,
  onProgress: (progress: ArchiveProgress) => void,
  signal: AbortSignal,
): Promise<ArchiveReport> {
  const release = await deps.store.lock();
  if (release === null) throw new InputError("ARCHIVE_BUSY", "another run archives or imports: wait for its end");
  try {
    await deps.files.sweep();
    const olderThan = addMs(deps.clock.nowMs(), -config.retentionDays * DAY_MS);
    const partitions = await deps.store.partitions(olderThan);
    const ready = partitions.filter(({ obstacle }) => obstacle === null);
    const moved: MovedPartition[] = [];
    const postponed: FillPartition[] = [];
    for (const partition of ready) {
      if (signal.aborted) break;
      const report = progressOf(
        deps,
        partition,
        { partitions: ready.length, partitionsDone: moved.length },
        onProgress,
      );
      const result = await movePartition(deps, config, partition, await report, signal);
      if (result === "stopped") break;
      if (result === "in use") postponed.push(partition);
      else moved.push(result);
    }
    return { moved, postponed, kept: partitions.filter(({ obstacle }) => obstacle !== null) };
  } finally {
    await release();
  }
}

type OnBatch = (batch: readonly ArchivedFill[]) => void;

async function progressOf(
  { store, clock }: ArchiveDeps,
  partition: FillPartition,
  count: Pick<ArchiveProgress, "partitions" | "partitionsDone">,
  onProgress: (progress: ArchiveProgress) => void,
): Promise<OnBatch> {
  const meter = createRateMeter(clock, await store.estimatedRows(partition));
  return (batch) => {
    const block = batch.at(-1)?.blockNumber ?? partition.fromBlock;
    onProgress({ partition, ...count, block, ...meter.add(batch.length) });
  };
}

async function movePartition(
  deps: ArchiveDeps,
  config: ArchiveConfig,
  partition: FillPartition,
  onBatch: OnBatch,
  signal: AbortSignal,
): Promise<MovedPartition | "in use" | "stopped"> {
  const path = deps.files.pathOf(partition);
  // A file under its final name is whole: a run was killed between writing it and dropping the partition.
  const found = await deps.files.summarise(path);
  try {
    const finished = found && (await replace(deps, partition, path, found));
    if (finished !== null) return finished;
    const written = await deps.files
      .write(path, readPartition(deps, config, partition, onBatch, signal))
      .catch(unlessStopped);
    if (written === null) return "stopped";
    const moved = await replace(deps, partition, path, written);
    if (moved === null) return "in use";
    deps.logger.info("partition archived", { ...moved });
    return moved;
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    deps.logger.warn("partition in use, left for the next run", { partition: partition.name, reason: error.message });
    return "in use";
  }
}

type Written = Pick<NewArchiveFile, "summary" | "fileBytes">;

/** Null when the partition holds other rows than the file: somebody wrote to it meanwhile. */
async function replace(
  { store, clock }: ArchiveDeps,
  partition: FillPartition,
  path: string,
  { summary, fileBytes }: Written,
): Promise<MovedPartition | null> {
  const span = { fromBlock: partition.fromBlock, toBlock: partition.toBlock };
  const file: NewArchiveFile = {
    ...{ path, span, summary, fileBytes },
    ...{ content: "fill", source: "chain", origin: null, tableBytes: null },
  };
  const tableBytes = await store.replace(partition, file, clock.nowMs());
  return tableBytes === null ? null : { ...partition, path, rows: summary.rows, fileBytes, tableBytes };
}

const STOPPED = Symbol("stopped");

/** Leaves the writer by an exception, so that no half-read partition gets a name. */
const unlessStopped = (error: unknown): null => {
  if (error === STOPPED) return null;
  throw error;
};

async function* readPartition(
  { store }: ArchiveDeps,
  { pageRows }: ArchiveConfig,
  partition: FillPartition,
  onBatch: OnBatch,
  signal: AbortSignal,
): AsyncGenerator<readonly ArchivedFill[]> {
  let after: LogPosition | null = null;
  for (;;) {
    if (signal.aborted) throw STOPPED;
    const page: readonly ArchivedFill[] = await store.readPage({ span: partition, after, filter: {} }, pageRows);
    if (page.length > 0) yield page;
    onBatch(page);
    if (page.length < pageRows) return;
    after = page.at(-1) ?? null;
  }
}
