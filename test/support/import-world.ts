import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { openArchiveFolder } from "../../src/adapters/archive/fill-files.ts";
import { createImporter } from "../../src/adapters/archive/import/importer.ts";
import { createArchiveStore } from "../../src/adapters/postgres/archive-store.ts";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import type { Fill } from "../../src/core/chain/fill.ts";
import { epochMs } from "../../src/core/time/time.ts";
import type { ArchivedFill, ArchiveStore, FillSource, TradeEvidence } from "../../src/ports/archive.ts";
import type { ImportOptions } from "../../src/ports/archive-import.ts";
import { createFillHistory } from "../../src/services/archive/fill-history.ts";
import { type ImportProgress, type ImportReport, importArchive } from "../../src/services/archive/import-archive.ts";
import { createManualClock } from "./manual-clock.ts";
import { scratchFolder } from "./scratch-folder.ts";

export type Row = Readonly<Record<string, string | number | null>>;

export const csvOf = (rows: readonly Row[]): string => {
  const names = Object.keys(rows[0] ?? {});
  return [names, ...rows.map((row) => names.map((name) => row[name] ?? ""))]
    .map((line) => `${line.join(",")}\n`)
    .join("");
};

/** A file as pandas would write it: ids and hashes as text, numbers as numbers. */
export async function writeParquet(path: string, rows: readonly Row[]): Promise<void> {
  const csv = `${path}.csv`;
  writeFileSync(csv, csvOf(rows));
  const types = Object.entries(rows[0] ?? {}).map(([name, value]) => {
    const isWhole = typeof value === "number" && Number.isInteger(value);
    return `'${name}': '${typeof value !== "number" ? "VARCHAR" : isWhole ? "BIGINT" : "DOUBLE"}'`;
  });
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT * FROM read_csv('${csv}', columns = {${types.join(", ")}})) TO '${path}' (FORMAT parquet)`,
  );
  instance.closeSync();
  rmSync(csv);
}

export type World = {
  readonly folder: string;
  /** Of a file among the inputs; the empty name is their folder. */
  path(name: string): string;
  /** Of a file that is no input. */
  beside(name: string): string;
  import(
    inputs: readonly string[],
    options?: Partial<ImportOptions>,
    signal?: AbortSignal,
    store?: ArchiveStore,
  ): Promise<ImportReport>;
  fills(from: number, to: number, sources?: readonly FillSource[]): Promise<readonly ArchivedFill[]>;
  evidence(): Promise<readonly TradeEvidence[]>;
  readonly progress: ImportProgress[];
};

export function openWorld(db: Database): World {
  const root = scratchFolder("import");
  const folder = join(root, "archive");
  const base = join(root, "inputs");
  mkdirSync(base);
  const files = openArchiveFolder({ folder, memoryMb: 256 });
  const store = createArchiveStore(db);
  const history = createFillHistory({ store, files, pageRows: 1_000 });
  const progress: ImportProgress[] = [];
  return {
    folder,
    progress,
    path: (name) => join(base, name),
    beside: (name) => join(root, name),
    async import(inputs, options = {}, signal = new AbortController().signal, used = store) {
      const importer = createImporter({ folder, memoryMb: 256 });
      const deps = { store: used, importer, clock: createManualClock() };
      const settings = { blocks: null, knownDelayMs: 3_000, ...options };
      return importArchive(deps, inputs, settings, (each) => progress.push(each), signal).finally(() =>
        importer.close(),
      );
    },
    async fills(fromBlock, toBlock, sources = ["import"]) {
      const all: ArchivedFill[] = [];
      for await (const batch of history.readFills({ fromBlock, toBlock }, { sources })) all.push(...batch);
      return all;
    },
    async evidence() {
      const all: TradeEvidence[] = [];
      const { files: catalog } = await store.files("evidence");
      for (const file of catalog) {
        if (!existsSync(join(folder, file.path))) continue;
        for await (const batch of files.readEvidence(file, epochMs(0), epochMs(4e12))) all.push(...batch);
      }
      return all;
    },
  };
}

/** A fill as the V1 log says it, before anybody made columns of it. */
export const legOf = (fill: Fill) => {
  const isBuy = fill.side === "BUY";
  return {
    makerAsset: isBuy ? "0" : fill.tokenId,
    takerAsset: isBuy ? fill.tokenId : "0",
    makerAmount: Number(isBuy ? fill.cash : fill.size),
    takerAmount: Number(isBuy ? fill.size : fill.cash),
    taker: fill.counterparty ?? fill.exchange,
  };
};

/** Columns of prediction-market-analysis; it keeps no times. */
export const analysisRow = (fill: Fill): Row => {
  const leg = legOf(fill);
  return {
    block_number: fill.blockNumber,
    transaction_hash: fill.txHash.slice(2),
    log_index: fill.logIndex,
    order_hash: fill.orderHash.slice(2).toUpperCase(),
    ...{ maker: fill.wallet, taker: leg.taker.toUpperCase().replace("0X", "0x") },
    ...{ maker_asset_id: leg.makerAsset, taker_asset_id: leg.takerAsset },
    ...{ maker_amount: leg.makerAmount, taker_amount: leg.takerAmount, fee: Number(fill.fee) },
    _fetched_at: "2026-01-05 00:00:00",
    _contract: fill.exchange.startsWith("0xc5d5") ? "NegRisk" : "CTF Exchange",
  };
};
