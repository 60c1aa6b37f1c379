import type { TestProject } from "vitest/node";
import { anvilBinary, anvilVersion } from "./anvil.ts";
import { chromiumPath } from "./chromium.ts";
import { pgliteVersion } from "./pglite-version.ts";
import { startPostgres } from "./postgres-server.ts";
import { createRunFolder } from "./run-folder.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Null where no PostgreSQL binaries were found: those tests are skipped. */
    postgresUrl: string | null;
  }
}

/**
 * Starts PostgreSQL once for the whole run; the reporter prints what `TEST_ENGINES` says. Temporary files are in a folder of the
 * run, which may hold nothing in the end.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const runFolder = createRunFolder();
  const server = await startPostgres();
  const found =
    server === null
      ? "PostgreSQL not found (no binaries on PATH or under /usr/lib/postgresql), its tests are skipped"
      : `PostgreSQL ${server.version}`;
  const node =
    anvilBinary === null
      ? "anvil not found (npm has it for Linux on x64), its tests are skipped"
      : `anvil ${anvilVersion()}`;
  const browser =
    chromiumPath === null ? "Chromium not found (PATH, CHROMIUM), its tests are skipped" : `Chromium ${chromiumPath}`;
  process.env.TEST_ENGINES = `engines: PGlite ${pgliteVersion}, ${found}, ${node}, ${browser}`;
  project.provide("postgresUrl", server?.url ?? null);
  return async () => {
    await server?.stop();
    runFolder.remove();
  };
}
