import { InputError } from "../../core/errors.ts";
import type { ArchiveStore, NewArchiveFile } from "../../ports/archive.ts";
import type {
  ArchiveImporter,
  ImportedGroup,
  ImportOptions,
  RefusedRows,
  StagingProgress,
} from "../../ports/archive-import.ts";
import type { Clock } from "../../ports/clock.ts";
import { createRateMeter } from "./rate-meter.ts";

export type ImportDeps = { readonly store: ArchiveStore; readonly importer: ArchiveImporter; readonly clock: Clock };

export type ImportProgress =
  | ({ readonly phase: "reading" } & StagingProgress)
  | {
      readonly phase: "writing";
      readonly segments: number;
      readonly segmentsDone: number;
      readonly rows: number;
      readonly rowsPerSecond: number;
      readonly leftMs: number | null;
    };

export type ImportReport = {
  readonly groups: readonly ImportedGroup[];
  /** Files written now, and files that an earlier run had already recorded. */
  readonly files: readonly NewArchiveFile[];
  readonly filesFromBefore: number;
  readonly read: number;
  readonly repeated: number;
  readonly refused: readonly RefusedRows[];
  /** False when it was stopped: the same command goes on. */
  readonly isComplete: boolean;
};

/**
 * Brings somebody else's archive into ours. Rows with their full place on the chain become fills of source "import",
 * everything else that shows a trade becomes evidence, the rest is refused with its reason.
 * @throws InputError naming the file and what to do
 */
export async function importArchive(
  deps: ImportDeps,
  inputs: readonly string[],
  options: ImportOptions,
  onProgress: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<ImportReport> {
  const release = await deps.store.lock();
  if (release === null) throw new InputError("ARCHIVE_BUSY", "another run archives or imports: wait for its end");
  try {
    return await importLocked(deps, inputs, options, onProgress, signal);
  } finally {
    await release();
  }
}

async function importLocked(
  { store, importer, clock }: ImportDeps,
  inputs: readonly string[],
  options: ImportOptions,
  onProgress: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<ImportReport> {
  const staged = await importer.stage(inputs, options, (progress) => onProgress({ phase: "reading", ...progress }));
  const recorded = new Set<string>();
  for (const content of ["fill", "evidence"] as const) {
    for (const { path } of (await store.files(content)).files) recorded.add(path);
  }
  const open = staged.segments.filter((segment) => !recorded.has(importer.pathOf(staged, segment)));
  const meter = createRateMeter(
    clock,
    staged.groups.reduce((sum, { accepted }) => sum + accepted, 0),
  );
  const files: NewArchiveFile[] = [];
  const refused: RefusedRows[] = staged.groups.flatMap((group) => group.refused);
  let repeated = 0;
  let segmentsDone = 0;
  for (const segment of open) {
    if (signal.aborted) break;
    const written = await importer.writeSegment(staged, segment);
    if (written.file !== null) {
      await store.record([written.file], clock.nowMs());
      files.push(written.file);
    }
    repeated += written.repeated;
    refused.push(...written.refused);
    segmentsDone += 1;
    const rate = meter.add((written.file?.summary.rows ?? 0) + written.repeated);
    onProgress({ phase: "writing", segments: open.length, segmentsDone, ...rate });
  }
  const isComplete = segmentsDone === open.length;
  if (isComplete) await importer.discard(staged);
  return {
    ...{ groups: staged.groups, files, repeated, isComplete },
    filesFromBefore: staged.segments.length - open.length,
    read: staged.groups.reduce((sum, group) => sum + group.read, 0),
    refused: mergeRefused(refused),
  };
}

/** One line per reason, the most frequent first, with the first sample. */
function mergeRefused(all: readonly RefusedRows[]): readonly RefusedRows[] {
  const byReason = Map.groupBy(all, ({ reason }) => reason);
  return [...byReason.entries()]
    .map(([reason, items]) => ({
      reason,
      rows: items.reduce((sum, { rows }) => sum + rows, 0),
      sample: items[0]?.sample ?? "",
    }))
    .sort((a, b) => b.rows - a.rows);
}
