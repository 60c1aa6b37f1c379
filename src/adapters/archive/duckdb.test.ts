import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Duckdb, name, openDuckdb, text } from "./duckdb.ts";

const folder = mkdtempSync(join(tmpdir(), "orderflow-duckdb-"));
let duckdb: Duckdb;
beforeAll(async () => {
  duckdb = await openDuckdb({ spillFolder: join(folder, "spill"), memoryMb: 128, threads: 1 });
});
afterAll(() => {
  duckdb.close();
  rmSync(folder, { recursive: true, force: true });
});

test("nothing is ever fetched: extensions are neither installed nor loaded by themselves", async () => {
  const rows = await duckdb.rows(`SELECT name, value FROM duckdb_settings() WHERE name IN
    ('autoinstall_known_extensions', 'autoload_known_extensions', 'allow_community_extensions') ORDER BY name`);
  expect(rows.map(({ value }) => value)).toEqual(["false", "false", "false"]);
  await expect(duckdb.rows("SELECT * FROM read_parquet('https://127.0.0.1:9/fills.parquet')")).rejects.toThrow(
    /httpfs/,
  );
});

test("everything needed is compiled in", async () => {
  const rows = await duckdb.rows(`SELECT extension_name FROM duckdb_extensions()
    WHERE loaded AND install_mode = 'STATICALLY_LINKED' ORDER BY extension_name`);
  const loaded = rows.map(({ extension_name }) => extension_name);
  for (const extension of ["core_functions", "icu", "json", "parquet"]) expect(loaded).toContain(extension);
});

test("text and names that would end a literal stay text and names", async () => {
  const odd = `it's "odd"; DROP`;
  const [row] = await duckdb.rows(`SELECT ${text(odd)} AS ${name(odd)}`);
  expect(row).toEqual({ [odd]: odd });
});

test("a stream goes on beside other statements and may be left early", async () => {
  const seen: number[] = [];
  for await (const [column = []] of duckdb.stream("SELECT i::INTEGER FROM range(10000) t(i)")) {
    seen.push(column.length);
    await duckdb.run("SELECT 1");
    if (seen.length === 2) break;
  }
  expect(seen).toHaveLength(2);
  expect(await duckdb.rows("SELECT 2 AS two")).toEqual([{ two: 2 }]);
});
