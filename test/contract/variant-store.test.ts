// Goal: a variant counts once, however often it is run, and only against data that it shares with others.
import { sql } from "kysely";
import { expect, test } from "vitest";
import { createVariantStore } from "../../src/adapters/postgres/variant-store.ts";
import { epochMs } from "../../src/core/time/time.ts";
import type { Variant } from "../../src/ports/backtest.ts";
import { describeOnEachEngine } from "../support/engines.ts";

const day = (n: number) => epochMs(Date.UTC(2026, 0, n));
const variant = (hash: string, from: number, to: number): Variant => ({
  ...{ hash, from: day(from), to: day(to), parameters: '{"minWhaleScore":7}', verdict: "cannot tell" },
  ...{ edgePerShare: -0.01, triedAt: day(40) },
});

describeOnEachEngine("variant store", (getDb) => {
  test("counts what was tried on overlapping data, each once", async () => {
    await sql`TRUNCATE flow.variant`.execute(getDb().kysely);
    const store = createVariantStore(getDb());
    expect(await store.countWith(["a"], day(1), day(10))).toBe(1);
    await store.record(variant("a", 1, 10));
    await store.record({ ...variant("a", 1, 10), verdict: "no edge", edgePerShare: null });
    expect(await store.countWith(["a"], day(1), day(10))).toBe(1);
    expect(await store.countWith(["b"], day(9), day(20))).toBe(2);
    await store.record(variant("b", 9, 20));
    expect(await store.countWith(["c"], day(10), day(12))).toBe(2);
    expect(await store.countWith(["c"], day(20), day(30))).toBe(1);
    const { rows } = await sql`SELECT verdict, edge_per_share FROM flow.variant WHERE hash = 'a'`.execute(
      getDb().kysely,
    );
    expect(rows).toEqual([{ verdict: "no edge", edge_per_share: null }]);
  });
});
