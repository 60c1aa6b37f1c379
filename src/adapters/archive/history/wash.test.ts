// Goal: staged fills make the same network as the database: wallets that turn over among themselves are one cluster, and
// whom a maker met is the taker that follows it in the block.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AbortedError } from "../../../core/errors.ts";
import { epochMs } from "../../../core/time/time.ts";
import { type Duckdb, openDuckdb } from "../duckdb.ts";
import { findStagedWash } from "./wash.ts";

let folder: string;
let duckdb: Duckdb;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "orderflow-wash-"));
  duckdb = await openDuckdb({ spillFolder: folder, memoryMb: 64, threads: 1 });
});
afterAll(() => {
  duckdb.close();
  rmSync(folder, { recursive: true });
});

/** A match: what the maker sold to the taker, or bought of it. */
type Match = {
  readonly maker: number;
  readonly taker: number;
  readonly isMakerSelling: boolean;
  readonly shares: number;
};

async function store(matches: readonly Match[]): Promise<void> {
  const rows = matches.flatMap(({ maker, taker, isMakerSelling, shares }, index) => {
    const leg = (log: number, wallet: number, traits: number): string =>
      `(${100 + Math.floor(index / 2)}, ${10 * (index % 2) + log}, ${1_000 * index}, ${wallet}, 7, ${traits}, ${shares}e6)`;
    return [leg(1, maker, 2 + (isMakerSelling ? 1 : 0)), leg(2, taker, isMakerSelling ? 0 : 1)];
  });
  await duckdb.run(`CREATE OR REPLACE TABLE staged AS SELECT * FROM (VALUES ${rows.join(", ")})
    AS f (block_number, log_index, occurred_ms, wallet_key, token_key, traits, size_micros)`);
}

const backAndForth = (maker: number, taker: number, times: number): readonly Match[] =>
  Array.from({ length: times }, (_, index) => ({ maker, taker, isMakerSelling: index % 2 === 0, shares: 100 }));

test("a query that is stopped ends, and leaves nothing behind", async () => {
  const stop = new AbortController();
  const endless = `(SELECT (hash(i) % 1e6)::INTEGER AS wallet_key, 7 AS token_key, 0 AS traits, 1 AS size_micros, 0 AS occurred_ms,
    1 AS block_number, 1 AS log_index FROM range(1_000_000_000_000) r (i))`;
  const run = (statement: string): Promise<void> => {
    const running = duckdb.run(statement);
    setImmediate(() => stop.abort());
    return running;
  };
  const asked = {
    duckdb: { ...duckdb, run },
    relation: endless,
    from: epochMs(0),
    to: epochMs(1),
    signal: stop.signal,
  };
  await expect(findStagedWash(asked)).rejects.toThrow(AbortedError);
  expect(await duckdb.rows("SELECT * FROM duckdb_tables() WHERE table_name LIKE 'wash_%'")).toEqual([]);
});

test("finds those who pass the same shares to and fro, and not those who met them once", async () => {
  await store([
    ...backAndForth(3, 5, 6),
    { maker: 8, taker: 5, isMakerSelling: true, shares: 50 },
    { maker: 9, taker: 8, isMakerSelling: false, shares: 50 },
  ]);
  const staged = { duckdb, relation: "staged", from: epochMs(0) };
  const members = await findStagedWash({ ...staged, to: epochMs(1e12) });
  expect(members).toEqual([
    { wallet: 3, cluster: 3, share: 1 },
    { wallet: 5, cluster: 3, share: 600 / 650 },
  ]);
  // Two meetings are too few.
  expect(await findStagedWash({ ...staged, to: epochMs(2_000) })).toEqual([]);
});
