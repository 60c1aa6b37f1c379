import { type Command, InvalidArgumentError } from "commander";
import { openArchiveFolder } from "../../adapters/archive/fill-files.ts";
import { createArchiveStore } from "../../adapters/postgres/archive-store.ts";
import type { ArchiveFile } from "../../ports/archive.ts";
import {
  ARCHIVE_PAGE_ROWS,
  type ArchiveProgress,
  type ArchiveReport,
  archiveFills,
} from "../../services/archive/archive-fills.ts";
import { archiveFolder } from "../archive.ts";
import { type Program, runProgram, withDatabase } from "../program.ts";
import { createProgressLine, showBytes, showLeft, showShare } from "../progress-line.ts";
import { counted, renderTable, showCount } from "../table.ts";

function parseDays(text: string): number {
  const days = Number(text);
  if (text.trim() === "" || !Number.isInteger(days) || days < 0)
    throw new InvalidArgumentError("A whole number of days is needed.");
  return days;
}

export function addArchive(cli: Command): void {
  cli
    .command("archive")
    .description("move fills older than the retention from the database to Parquet files")
    .option("--days <number>", "keep this many days in the database instead of RETENTION_DAYS", parseDays)
    .addHelpText(
      "after",
      "\nA partition leaves the database only when its file has been written, read back and compared." +
        "\nStop it whenever you like: the same command goes on.",
    )
    .action((flags: { readonly days?: number }) => runProgram((program) => runArchive(program, flags.days)));
}

async function runArchive(program: Program, days: number | undefined): Promise<void> {
  const { environment, clock, logger, terminal, signal } = program;
  const folder = archiveFolder(environment.DATA_DIR);
  const line = createProgressLine(terminal, clock);
  await withDatabase(program, async (database) => {
    const store = createArchiveStore(database);
    const files = openArchiveFolder({ folder });
    try {
      const config = { retentionDays: days ?? environment.RETENTION_DAYS, pageRows: ARCHIVE_PAGE_ROWS };
      const onProgress = (progress: ArchiveProgress): void => line.show(progressText(progress));
      const report = await archiveFills({ store, files, clock, logger }, config, onProgress, signal).finally(line.end);
      const { files: catalog } = await store.files("fill");
      terminal.writeLine([...reportLines(report), totalLine(catalog, folder)].join("\n\n"));
    } finally {
      await files.close();
    }
  });
}

function progressText({
  partition,
  partitions,
  partitionsDone,
  block,
  rows,
  rowsPerSecond,
  leftMs,
}: ArchiveProgress): string {
  const ratio = (block - partition.fromBlock + 1) / (partition.toBlock - partition.fromBlock + 1);
  return [
    `${showShare(ratio)}  partition ${partitionsDone + 1} of ${partitions}, block ${showCount(block)}`,
    `${showCount(rows)} fills, ${showCount(rowsPerSecond)}/s`,
    showLeft(leftMs),
  ].join("  ");
}

function reportLines({ moved, kept, postponed }: ArchiveReport): readonly string[] {
  const lines: string[] = [];
  if (moved.length > 0) {
    const columns = [
      { title: "blocks" },
      ...["fills", "file", "was", "bytes a fill", "before"].map((title) => ({ title, align: "right" as const })),
    ];
    const rows = moved.map(({ fromBlock, toBlock, rows: count, fileBytes, tableBytes }) => [
      `${showCount(fromBlock)}–${showCount(toBlock)}`,
      ...[showCount(count), showBytes(fileBytes), showBytes(tableBytes)],
      ...[perFill(fileBytes, count), perFill(tableBytes, count)],
    ]);
    lines.push(
      `Moved ${moved.length === 1 ? "one partition" : `${moved.length} partitions`}:\n${renderTable(columns, rows)}`,
    );
  } else lines.push("Nothing to move.");
  if (kept.length > 0) lines.push(`Kept:\n${kept.map((each) => `  ${spanText(each)}: ${each.obstacle}`).join("\n")}`);
  if (postponed.length > 0) lines.push(`In use, left for the next run: ${postponed.map(spanText).join(", ")}`);
  return lines;
}

const spanText = ({ fromBlock, toBlock }: { readonly fromBlock: number; readonly toBlock: number }): string =>
  `${showCount(fromBlock)}–${showCount(toBlock)}`;

const perFill = (bytes: number, fills: number): string => (fills === 0 ? "–" : (bytes / fills).toFixed(1));

function totalLine(catalog: readonly ArchiveFile[], folder: string): string {
  const own = catalog.filter(({ source }) => source === "chain");
  const sum = (of: (file: ArchiveFile) => number): number => own.reduce((total, file) => total + of(file), 0);
  const fills = sum(({ summary }) => summary.rows);
  const imported = catalog.length - own.length;
  if (fills === 0)
    return `The archive in ${folder} holds no fills of our own${imported > 0 ? `, and ${counted(imported, "imported file")}` : ""}.`;
  const [inFiles, before] = [sum(({ fileBytes }) => fileBytes), sum(({ tableBytes }) => tableBytes ?? 0)];
  return (
    `The archive in ${folder}: ${counted(fills, "fill")} in ${counted(own.length, "file")}, ${showBytes(inFiles)}. ` +
    `A fill takes ${perFill(inFiles, fills)} bytes in Parquet; in PostgreSQL, with indexes, it took ${perFill(before, fills)}.` +
    (imported > 0 ? ` Beside them: ${counted(imported, "imported file")}.` : "")
  );
}
