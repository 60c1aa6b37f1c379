/**
 * A backup as a folder: `backup.json` says what it holds, `tables/` has the rows as compressed CSV and `archive/` the Parquet
 * files that the database refers to. `backup.json` is written last, so a folder without it is no backup.
 */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import { z } from "zod";
import { InputError } from "../../../core/errors.ts";
import type { EpochMs } from "../../../core/time/time.ts";
import type { Slice, SliceRows } from "./copy-database.ts";
import { layoutSchema } from "./layout.ts";

const fileSchema = z.object({ path: z.string(), bytes: z.number().int(), sha256: z.string() });
const manifestSchema = layoutSchema.extend({
  format: z.literal("orderflow-backup-1"),
  createdAt: z.iso.datetime(),
  program: z.string(),
  /** Everything in the folder but this manifest. */
  files: z.array(fileSchema),
});
export type Manifest = z.infer<typeof manifestSchema>;
type BackupFile = Manifest["files"][number];

const MANIFEST = "backup.json";
const ARCHIVE = "archive";

const sliceFile = ({ table, index }: Slice): string =>
  join("tables", `${table.replaceAll('"', "")}.${String(index).padStart(5, "0")}.csv.zst`);

export type BackupWriter = {
  writeSlice(slice: Slice, rows: SliceRows): Promise<void>;
  /** Copies a file of the archive into the backup. */
  takeArchiveFile(archiveFolder: string, path: string): Promise<void>;
  /** @returns bytes of the whole backup */
  finish(manifest: Omit<Manifest, "format" | "createdAt" | "files">, at: EpochMs): Promise<number>;
  /** Removes what was written so far. */
  discard(): Promise<void>;
};

/** @throws InputError when the folder holds something already */
export async function createBackup(folder: string): Promise<BackupWriter> {
  if (existsSync(folder) && (await readdir(folder)).length > 0)
    throw new InputError("BACKUP_FOLDER_USED", `${folder} is not empty: name a new folder, one for each backup`);
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(join(unfinished, "tables"), { recursive: true, mode: 0o700 });
  const files = new Map<string, BackupFile>();
  return {
    async writeSlice(slice, rows) {
      const path = sliceFile(slice);
      const target = createWriteStream(join(unfinished, path), { mode: 0o600 });
      await pipeline(Readable.from(rows), createZstdCompress(), target);
      files.set(path, await describeFile(unfinished, path));
    },
    async takeArchiveFile(archiveFolder, name) {
      const path = join(ARCHIVE, name);
      await mkdir(dirname(join(unfinished, path)), { recursive: true });
      await copyFile(join(archiveFolder, name), join(unfinished, path)).catch((error: unknown) => {
        throw new InputError(
          "ARCHIVE_FILE_MISSING",
          `the database refers to ${join(archiveFolder, name)}, which cannot be read: ${error}`,
        );
      });
      files.set(path, await describeFile(unfinished, path));
    },
    async finish(about, at) {
      const manifest: Manifest = {
        ...{ format: "orderflow-backup-1", createdAt: new Date(at).toISOString(), ...about },
        files: [...files.values()],
      };
      await writeFile(join(unfinished, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`, {
        mode: 0o600,
        flush: true,
      });
      await rm(folder, { recursive: true, force: true });
      await rename(unfinished, folder);
      return manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
    },
    discard: () => rm(unfinished, { recursive: true, force: true }),
  };
}

/**
 * Reads the manifest and compares every file with it.
 * @param onProgress bytes compared, of all
 * @throws InputError naming what is missing or was changed
 */
export async function openBackup(
  folder: string,
  onProgress: (bytes: number, of: number) => void = () => undefined,
): Promise<Manifest> {
  const text = await readFile(join(folder, MANIFEST), "utf8").catch(() => {
    throw new InputError("NO_BACKUP", `${folder} is no finished backup: it has no ${MANIFEST}`);
  });
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (!parsed.success)
    throw new InputError("BACKUP_UNREADABLE", `${join(folder, MANIFEST)}: ${z.prettifyError(parsed.error)}`);
  const all = parsed.data.files.reduce((sum, { bytes }) => sum + bytes, 0);
  let compared = 0;
  for (const file of parsed.data.files) {
    onProgress(compared, all);
    compared += file.bytes;
    const found = await describeFile(folder, file.path).catch(() => null);
    if (found?.sha256 !== file.sha256)
      throw new InputError(
        "BACKUP_DAMAGED",
        `${join(folder, file.path)} is ${found === null ? "missing" : "not what was written"}`,
      );
  }
  return parsed.data;
}

export const readSlice = (folder: string, slice: Slice): SliceRows =>
  createReadStream(join(folder, sliceFile(slice))).pipe(createZstdDecompress());

/** Puts the backup's Parquet files where the database expects them. @throws InputError when another file is there */
export async function restoreArchive(folder: string, manifest: Manifest, archiveFolder: string): Promise<number> {
  const files = manifest.files.filter(({ path }) => path.startsWith(`${ARCHIVE}/`));
  for (const { path, sha256 } of files) {
    const target = join(archiveFolder, path.slice(ARCHIVE.length + 1));
    if (existsSync(target)) {
      if ((await describeFile(dirname(target), basename(target))).sha256 === sha256) continue;
      throw new InputError(
        "ARCHIVE_FILE_DIFFERS",
        `${target} is there already and is another file: name an empty DATA_DIR`,
      );
    }
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(folder, path), target);
  }
  return files.length;
}

async function describeFile(folder: string, path: string): Promise<BackupFile> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(join(folder, path)), hash);
  return { path, bytes: (await stat(join(folder, path))).size, sha256: hash.digest("hex") };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
