import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { DEFECTS } from "../simulation/executor/defects.ts";
import { runExecutorSeed } from "../simulation/executor/run-seed.ts";
import { KEPT_SEEDS } from "../simulation/executor/seeds.ts";
import { openSimPglite, openSimServer, type SimDatabase } from "../simulation/sim-database.ts";

/**
 * Goal: an executor killed between any two statements leaves no second order, no lost position, no limit passed; money
 * is conserved and the journal gives the same bytes again. Method: simulated time, a venue that remembers every order,
 * kills and faults by seed; in each third one others write between any two statements and take back what was read. Both
 * engines share the seeds. More of them: `npm run test:kills -- --seeds 2000 [--interleaved]`.
 */
const SEEDS = 200;
const DEFECT_SEEDS = 60;
const server = inject("postgresUrl");
const kept = KEPT_SEEDS.map(({ seed }) => seed);
const seedsOf = (engine: 0 | 1): readonly number[] =>
  Array.from({ length: SEEDS }, (_, index) => index + 1).filter((seed) => server === null || seed % 2 === engine);

function campaign(name: string, open: () => Promise<SimDatabase>, seeds: readonly number[]): void {
  describe(name, { timeout: 300_000 }, () => {
    let sim: SimDatabase;
    beforeAll(async () => {
      sim = await open();
    });
    afterAll(() => sim.close());

    test("an executor killed between any two statements loses and doubles nothing", async () => {
      const failed: string[] = [];
      const totals = { kills: 0, orders: 0, faults: 0 };
      for (const seed of [...kept, ...seeds]) {
        const { problems, kills, orders, faults } = await runExecutorSeed(seed, sim, { interleaved: seed % 3 === 0 });
        failed.push(...problems.map((problem) => `seed ${seed}: ${problem}`));
        totals.kills += kills;
        totals.orders += orders;
        totals.faults += faults;
      }
      expect(failed).toEqual([]);
      // It shows something only where much happens.
      expect(totals.kills).toBeGreaterThan(seeds.length);
      // Where blocks are taken back less is bought.
      expect(totals.orders).toBeGreaterThan(0.75 * seeds.length);
      expect(totals.faults).toBeGreaterThan(seeds.length);
    });

    if (name !== "PGlite") return;
    test.each(Object.entries(DEFECTS))("and one that %s is caught", async (_, sabotage) => {
      for (let seed = 1; seed <= DEFECT_SEEDS; seed += 1) {
        const { problems } = await runExecutorSeed(seed, sim, { sabotage, interleaved: seed % 2 === 0 });
        if (problems.length > 0) return;
      }
      expect.unreachable("no seed has noticed");
    });
  });
}

campaign("PGlite", openSimPglite, seedsOf(1));
if (server !== null) campaign("PostgreSQL", () => openSimServer(server), seedsOf(0));
