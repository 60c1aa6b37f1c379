import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { openDatabase } from "../../src/adapters/postgres/connect.ts";
import { migrate, migrations } from "../../src/adapters/postgres/migrate.ts";
import { pgliteVersion } from "./pglite-version.ts";

/** Of all migrations: another schema has another. */
export const schemaHash = createHash("sha256").update(JSON.stringify(migrations)).digest("hex").slice(0, 16);
const cacheFolder = join(import.meta.dirname, "../../node_modules/.cache/orderflow");

const [BLANK, MIGRATED] = [`pglite-${pgliteVersion}.tar`, `pglite-${pgliteVersion}-${schemaHash}.tar`];

/** An empty data directory takes 3 s to make, so it is kept beside the installed packages, and so is a migrated one. */
export async function migratedTemplate(): Promise<Blob> {
  return cached(MIGRATED, async () => {
    const instance = await PGlite.create({ loadDataDir: await blankTemplate() });
    await migrate(await openDatabase({ instance }));
    return dumpOf(instance);
  });
}

/** One in which nothing was made yet. */
export const blankTemplate = (): Promise<Blob> => cached(BLANK, async () => dumpOf(await PGlite.create()));

/** Puts it where a process will look for its embedded database: under DATA_DIR. */
export async function putTemplate(dataDir: string, kind: "blank" | "migrated"): Promise<void> {
  await (kind === "blank" ? blankTemplate() : migratedTemplate());
  const folder = join(dataDir, "pglite");
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xf", join(cacheFolder, kind === "blank" ? BLANK : MIGRATED), "-C", folder], { stdio: "pipe" });
}

async function dumpOf(instance: PGlite): Promise<Blob> {
  const dump = await instance.dumpDataDir("none");
  await instance.close();
  return dump;
}

async function cached(file: string, make: () => Promise<Blob>): Promise<Blob> {
  const path = join(cacheFolder, file);
  const content = tryRead(path);
  if (content !== null) return new Blob([new Uint8Array(content)]);
  const made = await make();
  mkdirSync(cacheFolder, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, Buffer.from(await made.arrayBuffer()));
  renameSync(unfinished, path);
  return made;
}

function tryRead(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
