// Goal: the population by column and the row ledger agree to the micro on simnet's fills, splits, merges, conversions,
// redemptions and transfers, in archive files and in the database, on both engines; and a ledger that is wrong is caught.
// Method: simnet's chain begins just below the end of a partition, the blocks before it are recorded as empty, and the
// whole partition is moved into the archive by the archiver after the ledger has booked it.
import { sql } from "kysely";
import { expect, test } from "vitest";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { epochMs, HOUR_MS } from "../../src/core/time/time.ts";
import { BLOCKS, openWorld } from "../support/archive-world.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { recomputeOn } from "../support/recompute.ts";
import { createReputationBench } from "../support/reputation-bench.ts";
import { readSimnetChain } from "../support/simnet-listener.ts";

const PARTITION = 1_940;
const END = (PARTITION + 1) * BLOCKS;
const NOW = epochMs(Date.UTC(2026, 10, 20, 12));

describeOnEachEngine("recompute", (getDb) => {
  test("agrees with the ledger over archive and database, and names what was planted", {
    timeout: 60_000,
  }, async () => {
    const db = getDb();
    const clock = createManualClock(NOW);
    const simnet = await startSimnet({
      seed: "recompute",
      port: 0,
      clock,
      history: 3,
      isManual: true,
      firstBlock: END - 2_500,
    });
    try {
      const bench = await createReputationBench(db, { now: epochMs(NOW + HOUR_MS) });
      const chain = createChainStore(db);
      const nothing = { blocks: [], fills: [], markets: [], resolutions: [], quarantined: [] };
      await chain.extend({ fromBlock: PARTITION * BLOCKS, toBlock: END - 2_501, ...nothing, committedAt: NOW });
      await readSimnetChain(db, simnet, clock);
      await bench.service.calculate();
      const before = await recomputeOn(db);
      expect(before.comparison).toMatchObject({ differing: 0, waiting: 0 });

      const world = openWorld(db, 4 * END);
      expect((await world.archive()).moved.map(({ fromBlock }) => fromBlock)).toEqual([PARTITION * BLOCKS]);
      const after = await recomputeOn(db, world.folder);
      expect(after).toEqual({ ...before, files: 1 });
      expect(after.totals.entries).toBeGreaterThan(1_000);
      expect(after.comparison.compared).toBeGreaterThan(after.totals.units / 2);
      expect(after.comparison.comparedTogether).toBeGreaterThan(10);

      await sql`UPDATE flow.unit SET cash_in = cash_in + 1, realised = realised + 1
        WHERE (wallet_key, market_key) = (SELECT wallet_key, market_key FROM flow.unit
          WHERE NOT is_incomplete AND resolved_at IS NOT NULL ORDER BY paid_in DESC, 1, 2 LIMIT 1)`.execute(db.kysely);
      const { comparison } = await recomputeOn(db, world.folder);
      expect(comparison.differing).toBe(1);
      expect(comparison.differences[0]).toMatchObject({ figure: "money" });
      expect((comparison.differences[0]?.ledger ?? 0n) - (comparison.differences[0]?.recomputed ?? 0n)).toBe(1n);
      await world.files.close();
    } finally {
      await simnet.stop();
    }
  });
});
