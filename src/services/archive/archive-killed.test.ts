import { rmSync } from "node:fs";
import type { KyselyPlugin } from "kysely";
import { describe, expect, test } from "vitest";
import { BLOCKS, fillPartition, hotRows, openWorld, sorted } from "../../../test/support/archive-world.ts";
import { describeOnEachEngine } from "../../../test/support/engines.ts";
import { createArchiveStore } from "../../adapters/postgres/archive-store.ts";
import type { Database } from "../../adapters/postgres/connect.ts";

type Killer = { readonly db: Database; statements: number };

/** A database that dies before its `at`-th statement (commits and what follows them count as statements too). */
function dyingAt(db: Database, at: number): Killer {
  const killer = { statements: 0 };
  const live = (): void => {
    killer.statements += 1;
    if (killer.statements === at) throw new Error("killed");
  };
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      live();
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const transaction: Database["transaction"] = async (run) => {
    const result = await db.transaction(async (trx) => {
      const inner = await run(trx.withPlugin(plugin));
      live();
      return inner;
    });
    live();
    return result;
  };
  return Object.assign(killer, { db: { ...db, kysely: db.kysely.withPlugin(plugin), transaction } });
}

describeOnEachEngine("archiving killed at any statement", (getDb) => {
  describe.each(["with the folder kept", "with the folder lost"] as const)("%s", (mode) => {
    test("leaves the partition or the verified file, never neither, and the next run finishes", async () => {
      const db = getDb();
      const partition = mode === "with the folder kept" ? 70 : 80;
      const fills = sorted(await fillPartition(db, partition, 4));
      const span = [partition * BLOCKS, (partition + 1) * BLOCKS - 1] as const;
      const world = openWorld(db, (partition + 1) * BLOCKS);
      let kills = 0;
      for (let at = 1; ; at += 1) {
        const dying = dyingAt(db, at);
        const outcome = await world.archive({ store: createArchiveStore(dying.db) }).then(
          () => "finished",
          (error: Error) => error.message,
        );
        const hot = await hotRows(db, partition);
        const { files } = await createArchiveStore(db).files("fill", { fromBlock: span[0], toBlock: span[1] });
        expect([hot, files.length]).toEqual(files.length === 0 ? [fills.length, 0] : [0, 1]);
        expect(await world.read(...span)).toEqual(fills);
        if (outcome === "finished") break;
        expect(outcome).toBe("killed");
        kills += 1;
        if (mode === "with the folder lost" && files.length === 0) {
          rmSync(world.folder, { recursive: true, force: true });
        }
      }
      expect(kills).toBeGreaterThan(10);
      expect(await hotRows(db, partition)).toBe(0);
      await world.files.close();
    }, 120_000);
  });
});
