import { sql } from "kysely";
import { openArchiveFolder } from "../../src/adapters/archive/fill-files.ts";
import { createArchiveStore } from "../../src/adapters/postgres/archive-store.ts";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import { compareLogPosition } from "../../src/core/chain/fill.ts";
import { addMs, DAY_MS } from "../../src/core/time/time.ts";
import type { ArchivedFill, ArchiveFiles, FillHistory, FillSource } from "../../src/ports/archive.ts";
import type { StoredFill } from "../../src/ports/chain-store.ts";
import {
  type ArchiveDeps,
  type ArchiveProgress,
  type ArchiveReport,
  archiveFills,
} from "../../src/services/archive/archive-fills.ts";
import { createFillHistory } from "../../src/services/archive/fill-history.ts";
import { makeFills, rangeOf, timeOfBlock } from "./fills.ts";
import { createManualClock } from "./manual-clock.ts";
import { createQuietLogger } from "./quiet-logger.ts";
import { scratchFolder } from "./scratch-folder.ts";

export const BLOCKS = 50_000;

/** A partition full of time: 40 blocks spread over it, its first and last among them. */
export const blocksOf = (partition: number): number[] => [
  ...Array.from({ length: 40 }, (_, n) => partition * BLOCKS + n * 1_250),
  (partition + 1) * BLOCKS - 1,
];

export type World = {
  readonly db: Database;
  readonly folder: string;
  readonly files: ArchiveFiles;
  readonly history: FillHistory;
  archive(
    changes?: Partial<ArchiveDeps>,
    onProgress?: (progress: ArchiveProgress) => void,
    signal?: AbortSignal,
  ): Promise<ArchiveReport>;
  read(from: number, to: number, sources?: readonly FillSource[]): Promise<readonly ArchivedFill[]>;
};

/** Retention of one day, and a clock two days behind the block that `olderThanBlock` names. */
export function openWorld(db: Database, olderThanBlock: number): World {
  const folder = scratchFolder("archive");
  const files = openArchiveFolder({ folder, memoryMb: 256 });
  const store = createArchiveStore(db);
  const clock = createManualClock(addMs(timeOfBlock(olderThanBlock), DAY_MS));
  const history = createFillHistory({ store, files, pageRows: 100 });
  const never = new AbortController().signal;
  return {
    ...{ db, folder, files, history },
    archive: (changes = {}, onProgress = () => {}, signal = never) =>
      archiveFills(
        { store, files, clock, logger: createQuietLogger(), ...changes },
        { retentionDays: 1, pageRows: 100 },
        onProgress,
        signal,
      ),
    async read(fromBlock, toBlock, sources = ["chain", "import"]) {
      const all: ArchivedFill[] = [];
      for await (const batch of history.readFills({ fromBlock, toBlock }, { sources })) all.push(...batch);
      return all;
    },
  };
}

const asArchived = ({ fill, occurredAt, knownAt }: StoredFill): ArchivedFill => {
  const { txIndex: _, ...rest } = fill;
  return { ...rest, occurredAt, knownAt, marketId: null, outcomeIndex: null, source: "chain" };
};

export const sorted = (fills: readonly StoredFill[]): readonly ArchivedFill[] =>
  fills.map(asArchived).toSorted(compareLogPosition);

export async function fillPartition(db: Database, partition: number, perBlock = 6): Promise<readonly StoredFill[]> {
  const fills = makeFills(partition, blocksOf(partition), perBlock);
  const chain = createChainStore(db);
  await chain.extend(rangeOf(partition * BLOCKS, (partition + 1) * BLOCKS - 1, fills));
  await finalizeAll(db);
  return fills;
}

export const finalizeAll = (db: Database): Promise<void> =>
  createChainStore(db).finalize(99_999_999, 99_999_999, timeOfBlock(0));

export async function hotRows(db: Database, partition: number): Promise<number> {
  const { rows } = await sql<{ n: bigint }>`SELECT count(*) AS n FROM flow.fill
    WHERE block_number BETWEEN ${partition * BLOCKS}::int AND ${(partition + 1) * BLOCKS - 1}::int`.execute(db.kysely);
  return Number(rows[0]?.n);
}
