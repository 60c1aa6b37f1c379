import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, expect, test } from "vitest";
import { makeFills } from "../../../test/support/fills.ts";
import type { ArchivedFill } from "../../ports/archive.ts";
import { FILL_COLUMNS, formatLine, parseLine } from "./fill-columns.ts";
import { openArchiveFolder } from "./fill-files.ts";

const folder = mkdtempSync(join(tmpdir(), "orderflow-files-"));
const files = openArchiveFolder({ folder, memoryMb: 256 });
afterAll(async () => {
  await files.close();
  rmSync(folder, { recursive: true, force: true });
});

const fills: readonly ArchivedFill[] = makeFills(3, [100, 200, 300], 8).map(({ fill, occurredAt, knownAt }, index) => {
  const { txIndex: _, ...rest } = fill;
  const isKnown = index % 3 === 0;
  const marketId = isKnown ? (`0x${"ab".repeat(index % 2 === 0 ? 32 : 31)}` as ArchivedFill["marketId"]) : null;
  return { ...rest, occurredAt, knownAt, marketId, outcomeIndex: isKnown ? 1 : null, source: "chain" };
});

async function* inBatches(rows: readonly ArchivedFill[]): AsyncGenerator<readonly ArchivedFill[]> {
  for (let start = 0; start < rows.length; start += 5) yield rows.slice(start, start + 5);
}

const all = { span: { fromBlock: 0, toBlock: 1_000 }, after: null, filter: {} };

test("a fill as a line of text is the same fill again", () => {
  for (const fill of fills) expect(parseLine(formatLine(fill), "chain")).toEqual(fill);
});

test("a written file holds every value, in the documented columns, packed with zstd", async () => {
  const written = await files.write("fills/a.parquet", inBatches(fills));
  expect(written.summary).toMatchObject({
    rows: 24,
    first: { blockNumber: 100, logIndex: 1 },
    last: { blockNumber: 300 },
  });
  expect(await files.summarise("fills/a.parquet")).toEqual(written);
  const file = {
    ...{ path: "fills/a.parquet", content: "fill", source: "chain", origin: null, span: null, tableBytes: null },
    ...{ ...written, createdAt: fills[0]?.occurredAt ?? 0 },
  } as Parameters<typeof files.readFills>[0];
  const found: ArchivedFill[] = [];
  for await (const batch of files.readFills(file, all)) found.push(...batch);
  expect(found).toEqual(fills);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const columns = await connection.runAndReadAll(`SELECT path_in_schema, any_value(compression)
    FROM parquet_metadata('${join(folder, "fills/a.parquet")}') GROUP BY column_id, path_in_schema ORDER BY column_id`);
  instance.closeSync();
  expect(columns.getRows()).toEqual(FILL_COLUMNS.map((column) => [column, "ZSTD"]));
});

test("fills out of order are our own mistake, and leave no file", async () => {
  await expect(files.write("fills/b.parquet", inBatches(fills.toReversed()))).rejects.toThrow("chain order");
  expect(existsSync(join(folder, "fills/b.parquet"))).toBe(false);
  await files.sweep();
  expect(readdirSync(folder)).toEqual(["fills"]);
});

test("a file that the catalog names and the folder lacks is asked for by name", async () => {
  const file = { path: "fills/gone.parquet", source: "chain" } as Parameters<typeof files.readFills>[0];
  const reading = files.readFills(file, all)[Symbol.asyncIterator]().next();
  await expect(reading).rejects.toThrow(
    /the archive file fills\/gone\.parquet is not in .*: put it back, or point DATA_DIR/,
  );
});
