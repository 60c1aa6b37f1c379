import { resolve } from "node:path";
import type { Command } from "commander";
import type { Environment } from "../../adapters/config/environment.ts";
import { createBackup, openBackup, readSlice, restoreArchive } from "../../adapters/postgres/backup/backup-folder.ts";
import {
  type CopyProgress,
  copyDatabase,
  dumpDatabase,
  loadDatabase,
} from "../../adapters/postgres/backup/copy-database.ts";
import type { Layout } from "../../adapters/postgres/backup/layout.ts";
import { type Database, openDatabase } from "../../adapters/postgres/connect.ts";
import { ConfigError } from "../../core/errors.ts";
import { archiveFolder } from "../archive.ts";
import { type Program, requireDatabase, runProgram } from "../program.ts";
import { createPace, createProgressLine, showBytes, showShare } from "../progress-line.ts";
import { counted, showCount } from "../table.ts";
import { version } from "../version.ts";

export function addBackup(cli: Command): void {
  cli
    .command("backup")
    .description("write everything to a folder: all tables as of one moment, and the archive's files")
    .argument("<folder>", "a new folder, one for each backup")
    .addHelpText(
      "after",
      "\nOn a server (DATABASE_URL) the services may go on. The embedded database belongs to one process: stop `orderflow up` first." +
        "\nKeys and settings are not part of it: back up .env and the signer's key file yourself.",
    )
    .action((folder: string) => runProgram((program) => runBackup(program, resolve(folder))));
  cli
    .command("restore")
    .description("fill an empty database, and the archive's folder, from a backup")
    .argument("<folder>", "what `orderflow backup` has written")
    .addHelpText(
      "after",
      "\nInto DATABASE_URL or DATA_DIR, whichever is set; either engine takes the backup of the other. All or nothing." +
        "\nA backup of an older version is brought to this one.",
    )
    .action((folder: string) => runProgram((program) => runRestore(program, resolve(folder))));
  cli
    .command("migrate-db")
    .description("move the embedded database of DATA_DIR to the server of DATABASE_URL")
    .addHelpText(
      "after",
      "\nThe server's database must be empty. The embedded one stays as it is: never let both trade." +
        "\nThe archive stays in DATA_DIR/archive: whoever runs listener and reputation needs that folder.",
    )
    .action(() => runProgram(runMigrateDb));
}

async function runBackup(program: Program, folder: string): Promise<void> {
  const { environment, clock, terminal, signal } = program;
  requireDatabase(environment);
  const backup = await createBackup(folder);
  try {
    await withDatabaseAsItIs(program, environment, async (database) => {
      const layout = await withBar(program, "writing", (onProgress) =>
        dumpDatabase(database, backup.writeSlice, onProgress, signal),
      );
      const files = await database.kysely.selectFrom("flow.archive_file").select("path").execute();
      for (const { path } of files) await backup.takeArchiveFile(archiveFolder(environment.DATA_DIR), path);
      const bytes = await backup.finish({ ...layout, program: version }, clock.nowMs());
      terminal.writeLine(
        `In ${folder}: ${rowsText(layout)} and ${counted(files.length, "archive file")}, ${showBytes(bytes)}.`,
      );
    });
  } catch (error) {
    await backup.discard();
    throw error;
  }
}

async function runRestore(program: Program, folder: string): Promise<void> {
  const { environment, terminal, clock, signal } = program;
  const line = createProgressLine(terminal, clock);
  const left = createPace(clock);
  const manifest = await openBackup(folder, (bytes, of) => {
    const share = bytes / Math.max(of, 1);
    line.show(`${showShare(share)}  comparing with its list  ${showBytes(bytes)} of ${showBytes(of)}  ${left(share)}`);
  }).finally(line.end);
  await withDatabaseAsItIs(program, environment, async (database) => {
    const files = await restoreArchive(folder, manifest, archiveFolder(environment.DATA_DIR));
    await withBar(program, "reading", (onProgress) =>
      loadDatabase(database, manifest, (slice) => readSlice(folder, slice), onProgress, signal),
    );
    terminal.writeLine(
      `Restored ${rowsText(manifest)} and ${counted(files, "archive file")}, as of ${manifest.createdAt}. Now: orderflow status`,
    );
  });
}

async function runMigrateDb(program: Program): Promise<void> {
  const { environment, terminal, signal } = program;
  if (environment.DATABASE_URL === null)
    throw new ConfigError(["DATABASE_URL: name the server that the embedded database is to be moved to"]);
  const embedded = { DATABASE_URL: null, DATA_DIR: environment.DATA_DIR };
  requireDatabase(embedded);
  await withDatabaseAsItIs(program, embedded, (source) =>
    withDatabaseAsItIs(program, environment, async (target) => {
      const layout = await withBar(program, "moving", (onProgress) => copyDatabase(source, target, onProgress, signal));
      terminal.writeLine(`Moved ${rowsText(layout)} to the server. Start the services with DATABASE_URL set.`);
    }),
  );
}

async function withBar<T>(
  { terminal, clock }: Program,
  what: string,
  run: (onProgress: (progress: CopyProgress) => void) => Promise<T>,
): Promise<T> {
  const line = createProgressLine(terminal, clock);
  const left = createPace(clock);
  const show = ({ table, rowsDone, rows }: CopyProgress): void => {
    const share = rowsDone / Math.max(rows, 1);
    line.show(
      `${showShare(share)}  ${showCount(rowsDone)} of ${showCount(rows)} rows  ${what} ${table}  ${left(share)}`,
    );
  };
  return run(show).finally(line.end);
}

/** Without bringing its tables to this version: a backup is made before that, and what is restored brings them along. */
async function withDatabaseAsItIs(
  { logger }: Program,
  { DATABASE_URL, DATA_DIR }: Pick<Environment, "DATABASE_URL" | "DATA_DIR">,
  use: (database: Database) => Promise<void>,
): Promise<void> {
  const database = await openDatabase(DATABASE_URL === null ? { folder: DATA_DIR } : { url: DATABASE_URL.reveal() }, {
    onError: (error) => logger.warn("database connection lost", { error }),
  });
  await use(database).finally(() => database.close());
}

const rowsText = ({ tables }: Layout): string => {
  const rows = tables.reduce((sum, each) => sum + each.rows, 0);
  return `${showCount(rows)} rows of ${tables.length} tables`;
};
