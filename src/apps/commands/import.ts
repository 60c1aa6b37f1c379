import { type Command, InvalidArgumentError } from "commander";
import { createImporter } from "../../adapters/archive/import/importer.ts";
import { createArchiveStore } from "../../adapters/postgres/archive-store.ts";
import { SECOND_MS } from "../../core/time/time.ts";
import type { ImportedGroup } from "../../ports/archive-import.ts";
import { type ImportProgress, type ImportReport, importArchive } from "../../services/archive/import-archive.ts";
import { archiveFolder } from "../archive.ts";
import { type Program, runProgram, withDatabase } from "../program.ts";
import { createProgressLine, showBytes, showLeft, showShare } from "../progress-line.ts";
import { counted, shorten, showCount } from "../table.ts";

type Flags = { readonly blocks?: string; readonly delay: number };

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === "" || !(seconds >= 0)) throw new InvalidArgumentError("A number of seconds is needed.");
  return seconds;
}

export function addImport(cli: Command): void {
  cli
    .command("import")
    .description("take over public archives: Parquet, CSV or JSON files, packed or not, or folders of them")
    .argument("<paths...>", "files or folders")
    .option("--blocks <path>", "Parquet or CSV of block_number and timestamp, for archives without times")
    .option("--delay <seconds>", "an imported fill counts as known this long after its block", parseSeconds, 3)
    .addHelpText(
      "after",
      "\nRows with block, log index, order and both wallets become fills; other trades are kept as evidence of prices." +
        "\nImported blocks never count as proven coverage. Stop it whenever you like: the same command goes on.",
    )
    .action((paths: string[], flags: Flags) => runProgram((program) => runImport(program, paths, flags)));
}

async function runImport(program: Program, paths: readonly string[], { blocks, delay }: Flags): Promise<void> {
  const { environment, clock, terminal, signal } = program;
  const folder = archiveFolder(environment.DATA_DIR);
  const line = createProgressLine(terminal, clock);
  await withDatabase(program, async (database) => {
    const importer = createImporter({ folder });
    try {
      const deps = { store: createArchiveStore(database), importer, clock };
      const options = { blocks: blocks ?? null, knownDelayMs: delay * SECOND_MS };
      const onProgress = (progress: ImportProgress): void => line.show(progressText(progress));
      const report = await importArchive(deps, paths, options, onProgress, signal).finally(line.end);
      terminal.writeLine([...report.groups.map(groupText), totalText(report, folder)].join("\n\n"));
    } finally {
      await importer.close();
    }
  });
}

function progressText(progress: ImportProgress): string {
  if (progress.phase === "reading") {
    const { inputs, inputsDone, fraction } = progress;
    const ratio = (inputsDone + (fraction ?? 0)) / inputs;
    return `${showShare(ratio)}  reading file ${showCount(Math.min(inputsDone + 1, inputs))} of ${showCount(inputs)}`;
  }
  const { segments, segmentsDone, rows, rowsPerSecond, leftMs } = progress;
  return [
    `${showShare(segmentsDone / segments)}  file ${segmentsDone} of ${segments} written`,
    `${showCount(rows)} rows, ${showCount(rowsPerSecond)}/s`,
    showLeft(leftMs),
  ].join("  ");
}

const REFUSAL_WIDTH = 160;

function groupText(group: ImportedGroup): string {
  const [first = ""] = group.inputs;
  const more =
    group.inputs.length > 1 ? ` and ${counted(group.inputs.length - 1, "more file")} with the same columns` : "";
  const lines = [
    `${first}${more}: ${showCount(group.read)} rows, ${showCount(group.accepted)} usable, as ${group.content === "fill" ? "fills" : "evidence"}`,
    ...(group.missingForFills.length > 0 ? [`  to be fills they lack ${group.missingForFills.join(", ")}`] : []),
    `  columns used: ${group.columns.map(({ field, column }) => `${column} as ${field}`).join(", ")}`,
    ...(group.unrecognised.length > 0 ? [`  not recognised and left out: ${group.unrecognised.join(", ")}`] : []),
    ...group.remarks.map((remark) => `  ${remark}`),
  ];
  return lines.join("\n");
}

function totalText(
  { files, filesFromBefore, read, repeated, refused, isComplete }: ImportReport,
  folder: string,
): string {
  const rows = files.reduce((sum, { summary }) => sum + summary.rows, 0);
  const bytes = files.reduce((sum, { fileBytes }) => sum + fileBytes, 0);
  const lines = [
    `Read ${counted(read, "row")}. Written: ${counted(rows, "row")} in ${counted(files.length, "file")}, ${showBytes(bytes)}, under ${folder}/imports.`,
  ];
  if (filesFromBefore > 0)
    lines.push(`${counted(filesFromBefore, "file")} of them from an earlier run of the same import.`);
  if (repeated > 0) lines.push(`${counted(repeated, "row")} left out: another says the same.`);
  if (refused.length > 0) {
    lines.push("Refused:");
    for (const each of refused)
      lines.push(`  ${showCount(each.rows)}: ${each.reason}, e.g. ${shorten(each.sample, REFUSAL_WIDTH)}`);
  }
  if (!isComplete) lines.push("Stopped before the end: the same command goes on from here.");
  return lines.join("\n");
}
