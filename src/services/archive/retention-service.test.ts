import { renameSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { BLOCKS, fillPartition, hotRows, openWorld, sorted } from "../../../test/support/archive-world.ts";
import { describeOnOneEngine } from "../../../test/support/engines.ts";
import { timeOfBlock } from "../../../test/support/fills.ts";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import { createArchiveStore } from "../../adapters/postgres/archive-store.ts";
import { DAY_MS } from "../../core/time/time.ts";
import { createRetentionService, RETENTION_INTERVAL_MS } from "./retention-service.ts";

describeOnOneEngine("retention", (getDb) => {
  test("moves a partition when its time has come, and no more once a file was taken from the folder", async () => {
    const db = getDb();
    const fills = [...(await fillPartition(db, 40)), ...(await fillPartition(db, 41))];
    const world = openWorld(db, 0);
    const clock = createManualClock(timeOfBlock(41 * BLOCKS));
    const logger = createQuietLogger();
    const deps = { store: createArchiveStore(db), files: world.files, clock, logger };
    const service = createRetentionService(deps, { retentionDays: 1, pageRows: 100 });
    const stop = new AbortController();
    const running = service.run(stop.signal);
    const left = async () => [await hotRows(db, 40), await hotRows(db, 41)];
    const until = async (ms: number): Promise<void> => {
      await clock.untilSleeping();
      await clock.advance(ms);
      await clock.untilSleeping();
    };

    await until(0);
    expect(await left()).toEqual([246, 246]);
    const { rows } = await sql`SELECT to_regclass('flow.fill_02000'), to_regclass('flow.lifecycle_02000')`.execute(
      db.kysely,
    );
    expect(rows).toEqual([{ to_regclass: expect.stringContaining("02000") }]);

    await until(DAY_MS);
    expect(await left()).toEqual([0, 246]);
    expect(await world.read(40 * BLOCKS, 42 * BLOCKS - 1)).toEqual(sorted(fills));
    expect(service.health().detail).toBe("moved 1 partitions, 0 were in use");

    renameSync(join(world.folder, "fills"), join(world.folder, "lost"));
    await until(DAY_MS);
    expect(await left()).toEqual([0, 246]);
    expect(service.health().detail).toContain("fills-0002000000-0002049999.parquet is not in the archive's folder");

    renameSync(join(world.folder, "lost"), join(world.folder, "fills"));
    const release = await deps.store.lock();
    await until(RETENTION_INTERVAL_MS);
    expect(service.health().detail).toContain("another run archives or imports");
    await release?.();
    await until(RETENTION_INTERVAL_MS);
    expect(await left()).toEqual([0, 0]);
    stop.abort();
    await running;
    await world.files.close();
  });
});
