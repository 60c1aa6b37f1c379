import { openArchiveFolder } from "../adapters/archive/fill-files.ts";
import { measureReputationStore } from "../adapters/metrics/measured-stores.ts";
import { createArchiveStore } from "../adapters/postgres/archive-store.ts";
import { createReputationStore } from "../adapters/postgres/reputation-store.ts";
import { ARCHIVE_PAGE_ROWS } from "../services/archive/archive-fills.ts";
import { createFillHistory } from "../services/archive/fill-history.ts";
import { createReputationService, type ReputationService } from "../services/reputation/reputation-service.ts";
import { archiveFolder } from "./archive.ts";
import type { ServiceParts } from "./service-parts.ts";

export function createReputation({ environment, database, clock, logger, metrics }: ServiceParts): ReputationService {
  const store = createReputationStore(database);
  return createReputationService({
    store: metrics === undefined ? store : measureReputationStore(store, metrics),
    history: createFillHistory({
      store: createArchiveStore(database),
      // DuckDB starts when a file is first read, and ends with the process.
      files: openArchiveFolder({ folder: archiveFolder(environment.DATA_DIR) }),
      pageRows: ARCHIVE_PAGE_ROWS,
    }),
    clock,
    logger,
    wake: database.wake,
    config: {
      intervalSeconds: environment.CALCULATION_INTERVAL_SECONDS,
      lookbackDays: environment.REPUTATION_LOOKBACK_DAYS,
    },
  });
}
