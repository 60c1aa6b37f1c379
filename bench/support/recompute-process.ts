/**
 * One measurement in a process of its own, so that its resident memory is its own: `full` runs the product's
 * recomputation, `group` a bare GROUP BY of the same columns, which at full size needs more memory: it keeps ids as texts.
 * Arguments: full or group, folder of the data. Prints one line of JSON.
 */
import { join } from "node:path";
import { openDuckdb, textList } from "../../src/adapters/archive/duckdb.ts";
import { createPopulationEngine } from "../../src/adapters/archive/population/engine.ts";
import { archiveFiles, filesOf, LOADED, readLines } from "./population-data.ts";

const [mode, folder = ""] = process.argv.slice(2);
const memoryMb = Number(process.env.BENCH_MEMORY_MB ?? (mode === "group" ? 3_000 : 2_048));

async function full(): Promise<Record<string, unknown>> {
  const run = await createPopulationEngine({ folder, memoryMb }).open();
  try {
    for (const relation of LOADED) await run.load(relation, readLines(folder, relation));
    const loadedAt = performance.now();
    const totals = await run.compute(archiveFiles());
    return { ...totals, pnl: totals.pnl.toString(), computeSeconds: (performance.now() - loadedAt) / 1_000 };
  } finally {
    await run.close();
  }
}

async function group(): Promise<Record<string, unknown>> {
  const duckdb = await openDuckdb({ spillFolder: join(folder, "spill"), memoryMb, threads: 2 });
  try {
    await duckdb.run("SET preserve_insertion_order = false");
    const [row] =
      await duckdb.rows(`SELECT count(*)::INTEGER AS groups, max(size), max(cash), max(fee), max(buys) FROM (
      SELECT wallet, token_id, sum(size_micros) AS size, sum(cash_micros) AS cash, sum(fee_micros) AS fee,
        max(side || fee_asset) AS buys
      FROM read_parquet(${textList(filesOf(folder))}) GROUP BY wallet, token_id)`);
    return { groups: row?.groups };
  } finally {
    duckdb.close();
  }
}

const startedAt = performance.now();
const result = await (mode === "full" ? full() : group());
const seconds = (performance.now() - startedAt) / 1_000;
console.log(JSON.stringify({ ...result, seconds, rssMb: process.resourceUsage().maxRSS / 1_024 }));
