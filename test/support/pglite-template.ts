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

/** An empty data directory takes 3 s to make, so it is kept beside the installed packages, and so is a migrated one. */
export async function migratedTemplate(): Promise<Blob> {
  return cached(`pglite-${pgliteVersion}-${schemaHash}.tar`, async () => {
    const blank = await cached(`pglite-${pgliteVersion}.tar`, async () => dumpOf(await PGlite.create()));
    const instance = await PGlite.create({ loadDataDir: blank });
    await migrate(await openDatabase({ instance }));
    return dumpOf(instance);
  });
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
