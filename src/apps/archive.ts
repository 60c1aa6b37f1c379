import { join } from "node:path";
import { openArchiveFolder } from "../adapters/archive/fill-files.ts";
import { createArchiveStore } from "../adapters/postgres/archive-store.ts";
import type { Service } from "../ports/service.ts";
import { ARCHIVE_PAGE_ROWS } from "../services/archive/archive-fills.ts";
import { createRetentionService } from "../services/archive/retention-service.ts";
import type { ServiceParts } from "./service-parts.ts";

/** Beside the embedded database, and for a server's database in the same place. */
export const archiveFolder = (dataDir: string): string => join(dataDir, "archive");

/** Belongs to the process of the listener, which writes what it moves. DuckDB starts with the first file. */
export function createRetention({ environment, database, clock, logger }: ServiceParts): Service {
  const files = openArchiveFolder({ folder: archiveFolder(environment.DATA_DIR) });
  const config = { retentionDays: environment.RETENTION_DAYS, pageRows: ARCHIVE_PAGE_ROWS };
  return createRetentionService({ store: createArchiveStore(database), files, clock, logger }, config);
}
