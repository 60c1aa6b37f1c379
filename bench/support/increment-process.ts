/** One calculation of the reputation service in a process of its own. Arguments: the database, and hours
 * before NOW. Prints one line of JSON. */
import { tmpdir } from "node:os";
import { openArchiveFolder } from "../../src/adapters/archive/fill-files.ts";
import { createArchiveStore } from "../../src/adapters/postgres/archive-store.ts";
import { openDatabase } from "../../src/adapters/postgres/connect.ts";
import { createReputationStore } from "../../src/adapters/postgres/reputation-store.ts";
import { keepShortLivedObjectsYoung, keepYoungGenerationSmall } from "../../src/adapters/system/v8-flags.ts";
import { epochMs } from "../../src/core/time/time.ts";
import type { Logger } from "../../src/ports/logger.ts";
import type { ReputationStore } from "../../src/ports/reputation-store.ts";
import { ARCHIVE_PAGE_ROWS } from "../../src/services/archive/archive-fills.ts";
import { createFillHistory } from "../../src/services/archive/fill-history.ts";
import { createReputationService } from "../../src/services/reputation/reputation-service.ts";
import { NOW } from "./increment-data.ts";

const [url = "", hoursBefore = "0"] = process.argv.slice(2);
// As `orderflow reputation` does.
keepShortLivedObjectsYoung();
keepYoungGenerationSmall();
const ignore = (): void => {};
const silent: Logger = { debug: ignore, info: ignore, warn: console.warn, error: console.error, with: () => silent };
const startedAt = performance.now();
const now = Date.parse(NOW) - Number(hoursBefore) * 3_600_000;
const clock = { nowMs: () => epochMs(now + performance.now() - startedAt), sleep: async () => {} };

/** Seconds of each method, all calls together. */
const spent: Record<string, number> = {};
const timed = (store: ReputationStore): ReputationStore =>
  Object.fromEntries(
    Object.entries(store).map(([name, method]) => [
      name,
      async (...args: unknown[]) => {
        const from = performance.now();
        try {
          return await (method as (...all: unknown[]) => Promise<unknown>)(...args);
        } finally {
          spent[name] = (spent[name] ?? 0) + (performance.now() - from) / 1_000;
        }
      },
    ]),
  ) as ReputationStore;

const db = await openDatabase({ url });
const service = createReputationService({
  store: timed(createReputationStore(db)),
  history: createFillHistory({
    store: createArchiveStore(db),
    // Never opened: all fills of the hour are in the database.
    files: openArchiveFolder({ folder: tmpdir() }),
    pageRows: ARCHIVE_PAGE_ROWS,
  }),
  clock,
  logger: silent,
  wake: db.wake,
  config: { intervalSeconds: 3_600, lookbackDays: 90 },
});
const from = performance.now();
const calculation = await service.calculate();
const seconds = (performance.now() - from) / 1_000;
await db.close();
const cpu = process.cpuUsage();
console.log(
  JSON.stringify({
    ...calculation,
    seconds,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    rssMb: process.resourceUsage().maxRSS / 1_024,
    spent,
  }),
);
