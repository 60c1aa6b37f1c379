import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, inject, test } from "vitest";
import { runSeed } from "./run-seed.ts";
import { openSims, type SimEngine } from "./sim-database.ts";

const ROW = /^\| (\d+) \| (pglite|postgresql) \| (.+) \|$/gm;
const text = readFileSync(join(import.meta.dirname, "seeds.md"), "utf8");
const kept = [...text.matchAll(ROW)].map(([, seed, engine, bug]) => [Number(seed), engine as SimEngine, bug] as const);
const server = inject("postgresUrl");
const sims = openSims(server);
afterAll(() => sims.close());

test("there are kept seeds", () => {
  expect(kept.length).toBeGreaterThan(0);
});

test.each(kept)("seed %i on %s: %s", { timeout: 60_000 }, async (seed, engine, _) => {
  const sim = await sims.of(server === null ? "pglite" : engine);
  expect((await runSeed(seed, sim)).problems).toEqual([]);
});
