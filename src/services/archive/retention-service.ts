import { AbortedError, InvariantError } from "../../core/errors.ts";
import { MINUTE_MS } from "../../core/time/time.ts";
import type { Health, Service } from "../../ports/service.ts";
import { type ArchiveConfig, type ArchiveDeps, archiveFills } from "./archive-fills.ts";

/** A partition becomes old enough about once a day, and a look costs a few index reads. */
export const RETENTION_INTERVAL_MS = 60 * MINUTE_MS;

/**
 * Keeps partitions ready before their first block comes, and moves those beyond the retention into files. It stops moving
 * as soon as a file of earlier is gone from the folder: then the folder is not one that keeps what is put into it.
 */
export function createRetentionService(deps: ArchiveDeps, config: ArchiveConfig): Service {
  const { store, files, clock } = deps;
  const logger = deps.logger.with({ service: "retention" });
  let health: Health = { ready: true, detail: "has not looked yet" };

  async function missingFile(): Promise<string | null> {
    const { files: catalog } = await store.files("fill");
    for (const { path, source } of catalog) if (source === "chain" && !(await files.isThere(path))) return path;
    return null;
  }

  async function look(signal: AbortSignal): Promise<void> {
    await store.prepareAhead();
    const missing = await missingFile();
    if (missing !== null) {
      health = { ready: true, detail: `moves nothing: ${missing} is not in the archive's folder any more` };
      logger.error("nothing archived: a file of the archive is gone from its folder, put it back or set DATA_DIR", {
        path: missing,
      });
      return;
    }
    const { moved, postponed } = await archiveFills({ ...deps, logger }, config, () => {}, signal).finally(files.close);
    health = { ready: true, detail: `moved ${moved.length} partitions, ${postponed.length} were in use` };
  }

  async function tryToLook(signal: AbortSignal): Promise<void> {
    try {
      await look(signal);
    } catch (error) {
      // A full disk, a folder that cannot be written, another archiver at work: nothing is lost, and it may pass.
      if (signal.aborted || error instanceof AbortedError) return;
      if (error instanceof InvariantError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      health = { ready: true, detail: `could not archive: ${reason}` };
      logger.warn("not archived", { reason });
    }
  }

  return {
    name: "retention",
    health: () => health,
    async run(signal) {
      const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      while (!signal.aborted) {
        // Nobody waits for a large file at the end: what is cut off is found and finished by the next run.
        const looking = tryToLook(signal);
        await Promise.race([looking, aborted]);
        if (!signal.aborted) await clock.sleep(RETENTION_INTERVAL_MS, signal);
      }
    },
  };
}
