import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import {
  CALL_FAULTS,
  FEED_FAULTS,
  LIES,
  RECEIPT_FAULTS,
  RECEIPT_LIES,
  WIRE_FAULTS,
} from "../../src/adapters/simnet/faults/faults.ts";
import { DATABASE_FAULTS } from "./mortal-engine.ts";
import { runSeed } from "./run-seed.ts";
import { CATALOG_FAULTS } from "./sim-catalog.ts";
import { engineOf, openSims } from "./sim-database.ts";
import { createTally, replayOf } from "./tally.ts";

/** Under a minute on an idle machine, several on a loaded one. */
const SHARE_MS_MAX = 600_000;
/** Receipts are asked for in a few seeds alone: any of these will do in a share of all seeds. */
const OF_RECEIPTS = [...RECEIPT_FAULTS, ...RECEIPT_LIES];
const ROWS = [
  "fill",
  "effect",
  "effects covered",
  "coverage",
  "activity",
  "quarantine",
  "market",
  "token",
  "resolution",
];

/**
 * Lives through seeds on both engines, expects every end to be that of a clean run, and that there was something to
 * see: every kind of fault happened, and rows of every kind were compared.
 */
export function describeSeeds(seeds: readonly number[]): void {
  describe(`seeds ${seeds[0]} to ${seeds.at(-1)}`, () => {
    const server = inject("postgresUrl");
    const sims = openSims(server);
    const tally = createTally();
    afterAll(() => sims.close());

    beforeAll(async () => {
      for (const seed of seeds) {
        const engine = engineOf(seed, server !== null);
        tally.add(await runSeed(seed, await sims.of(engine)), engine);
      }
    }, SHARE_MS_MAX);

    test("end as a clean run does, row for row", () => {
      const failures = tally.failures().map((each) => [replayOf(each), ...each.problems.slice(0, 5)]);
      expect(failures).toEqual([]);
      expect(tally.seeds()).toBe(seeds.length);
    });

    test("bring every kind of fault", () => {
      const ofServer = server === null ? [] : (["db_terminated"] as const);
      const kinds = [
        ...[...WIRE_FAULTS, ...CALL_FAULTS, ...LIES, ...FEED_FAULTS],
        ...[...DATABASE_FAULTS, ...CATALOG_FAULTS, ...ofServer],
      ];
      const seen = (kind: (typeof kinds)[number] | (typeof OF_RECEIPTS)[number]): boolean =>
        (tally.faults().get(kind) ?? 0) > 0;
      expect(kinds.filter((kind) => !seen(kind))).toEqual([]);
      expect(OF_RECEIPTS.filter(seen)).not.toEqual([]);
      expect(tally.totals()).toMatchObject({ deepestReorg: expect.toSatisfy((depth) => depth > 200) });
      for (const count of ["kills", "backfills", "reorgs"] as const) expect(tally.totals()[count]).toBeGreaterThan(10);
    });

    test("compare rows of every kind", () => {
      expect(ROWS.filter((kind) => (tally.rows().get(kind) ?? 0) < seeds.length / 2)).toEqual([]);
    });
  });
}
