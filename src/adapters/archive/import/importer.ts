import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../../core/errors.ts";
import type {
  ArchiveImporter,
  ImportOptions,
  ImportSegment,
  StagedImport,
  StagingProgress,
  WrittenSegment,
} from "../../../ports/archive-import.ts";
import { type Duckdb, openDuckdb } from "../duckdb.ts";
import { type ArchiveFolderOptions, publish } from "../fill-files.ts";
import * as read from "./fields.ts";
import { findInputs, importId } from "./input-files.ts";
import { groupInputs } from "./relation.ts";
import { segmentName, writeEvidence, writeFills } from "./segments.ts";
import { segmentGlob, stageGroup } from "./staging.ts";

const PROGRESS_MS = 250;

/** Imports into the archive folder. `close` ends DuckDB. */
export function createImporter(options: ArchiveFolderOptions): ArchiveImporter & { close(): Promise<void> } {
  const { folder, memoryMb = 1_024, threads = 2 } = options;
  const staging = (id: string): string => join(folder, ".staging", id);
  const delays = new Map<string, number>();
  let opened: Promise<Duckdb> | null = null;
  const duckdb = (): Promise<Duckdb> => {
    opened ??= openDuckdb({ spillFolder: join(folder, ".staging", "spill"), memoryMb, threads });
    return opened;
  };
  const pathOf = (staged: StagedImport, { content, key }: ImportSegment): string =>
    join("imports", staged.id, segmentName(content, key));

  return {
    pathOf,
    async stage(paths, settings, onProgress) {
      const inputs = findInputs(paths);
      const id = importId(inputs, JSON.stringify([settings.knownDelayMs, settings.blocks !== null]));
      delays.set(id, settings.knownDelayMs);
      await mkdir(staging(id), { recursive: true });
      const engine = await duckdb();
      await loadBlocks(engine, settings);
      const groups = await groupInputs(engine, inputs);
      const reports = [];
      let inputsDone = 0;
      for (const [index, group] of groups.entries()) {
        const stop = watch(engine, { inputs: inputs.length, inputsDone }, onProgress);
        const stage = { folder: staging(id), hasBlocks: settings.blocks !== null };
        reports.push(await stageGroup(engine, stage, group, index).finally(stop));
        inputsDone += group.files.length;
        onProgress({ inputs: inputs.length, inputsDone, fraction: null });
      }
      return { id, groups: reports.map(({ segments: _, ...report }) => report), segments: segmentsOf(reports) };
    },
    async writeSegment(staged, segment) {
      const glob = segmentGlob(staging(staged.id), segment.content, segment.key);
      const unfinished = join(staging(staged.id), "unfinished.parquet");
      const engine = await duckdb();
      const written =
        segment.content === "fill"
          ? await writeFills(engine, glob, unfinished, delays.get(staged.id) ?? 0)
          : await writeEvidence(engine, glob, unfinished);
      if (written.summary === null) return { file: null, repeated: written.repeated, refused: written.refused };
      const path = pathOf(staged, segment);
      await publish(unfinished, join(folder, path));
      return toSegment(path, segment, written);
    },
    discard: (staged) => rm(staging(staged.id), { recursive: true, force: true }),
    async close() {
      (await opened)?.close();
      opened = null;
      await rm(join(folder, ".staging", "spill"), { recursive: true, force: true });
    },
  };
}

type Written = Extract<Awaited<ReturnType<typeof writeFills>>, { readonly origin: string }>;

function toSegment(path: string, { content }: ImportSegment, written: Written): WrittenSegment {
  const { summary, fileBytes, origin, repeated, refused } = written;
  const { first, last } = summary;
  const span =
    content === "evidence" || first === null || last === null
      ? null
      : { fromBlock: first.blockNumber, toBlock: last.blockNumber };
  return {
    file: { path, content, source: "import", origin, span, summary, fileBytes, tableBytes: null },
    ...{ repeated, refused },
  };
}

const segmentsOf = (reports: readonly Awaited<ReturnType<typeof stageGroup>>[]): readonly ImportSegment[] => {
  const keys = new Map<string, ImportSegment>();
  for (const { content, segments } of reports) {
    for (const key of segments) keys.set(`${content} ${key.padStart(10, "0")}`, { content, key });
  }
  return [...keys.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, segment]) => segment);
};

/** Times of blocks, for sources that have none. A block listed twice counts once. */
async function loadBlocks(duckdb: Duckdb, { blocks }: ImportOptions): Promise<void> {
  if (blocks === null) return;
  for (const [index, group] of (await groupInputs(duckdb, findInputs([blocks]))).entries()) {
    const { columns } = read.recogniseColumns(group.columns);
    if (columns.blockNumber === undefined || columns.time === undefined) {
      throw new InputError(
        "IMPORT_COLUMNS",
        `${blocks}: a file of blocks needs the columns block_number and timestamp`,
      );
    }
    const rows = `SELECT ${read.integerOf(columns.blockNumber, "INTEGER")} AS block_number, ${read.timeOf(columns.time)} AS mined_at
      FROM ${group.relation} AS raw`;
    await duckdb.run(
      index === 0 ? `CREATE OR REPLACE TEMP TABLE block_rows AS ${rows}` : `INSERT INTO block_rows ${rows}`,
    );
  }
  await duckdb.run(`CREATE OR REPLACE TEMP TABLE block_times AS SELECT block_number, any_value(mined_at) AS mined_at FROM block_rows
    WHERE mined_at IS NOT NULL GROUP BY block_number; DROP TABLE block_rows`);
}

function watch(
  duckdb: Duckdb,
  count: Pick<StagingProgress, "inputs" | "inputsDone">,
  onProgress: (progress: StagingProgress) => void,
): () => void {
  const timer = setInterval(() => onProgress({ ...count, fraction: duckdb.progress() }), PROGRESS_MS);
  return () => clearInterval(timer);
}
