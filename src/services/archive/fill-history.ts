import type { LogPosition } from "../../core/chain/fill.ts";
import { InputError } from "../../core/errors.ts";
import type {
  ArchivedFill,
  ArchiveFile,
  ArchiveFiles,
  ArchiveStore,
  BlockSpan,
  FillFilter,
  FillHistory,
  FillPart,
  FillSource,
  TradeEvidence,
} from "../../ports/archive.ts";
import { mergeByPosition } from "./merge-fills.ts";

export type FillHistoryDeps = {
  readonly store: ArchiveStore;
  readonly files: ArchiveFiles;
  /** Hot fills per read. */
  readonly pageRows: number;
};

const EVERY_SOURCE: readonly FillSource[] = ["chain", "import"];

export function createFillHistory(deps: FillHistoryDeps): FillHistory {
  return {
    async requireFiles() {
      const { files } = await deps.store.files("fill");
      for (const file of files) {
        if (file.source === "chain" && !(await isWhole(deps.files, file))) {
          throw new InputError(
            "ARCHIVE_FILE_MISSING",
            `the archive file ${file.path} is missing or damaged here: DATA_DIR has to be the folder that it was written to`,
            { path: file.path },
          );
        }
      }
    },
    async *readFills(span, { sources = EVERY_SOURCE, ...filter } = {}) {
      const streams: AsyncIterable<readonly ArchivedFill[]>[] = [];
      if (sources.includes("chain")) streams.push(ownFills(deps, span, filter));
      if (sources.includes("import")) streams.push(...(await importedFills(deps, span, filter)));
      yield* mergeByPosition(streams);
    },
    async *readEvidence(from, to): AsyncGenerator<readonly TradeEvidence[]> {
      const { files } = await deps.store.files("evidence");
      for (const file of files) {
        if (file.summary.firstAt <= to && file.summary.lastAt >= from) yield* deps.files.readEvidence(file, from, to);
      }
    },
  };
}

async function isWhole(files: ArchiveFiles, { path, summary }: ArchiveFile): Promise<boolean> {
  const found = (await files.summarise(path))?.summary;
  return found?.rows === summary.rows && found.size === summary.size && found.cash === summary.cash;
}

/**
 * Our own fills: each block is in one file or in the database. A partition may be moved while it is read, so after
 * every page the catalog is asked whether it changed; then the page may have come from a table already dropped, is
 * thrown away, and reading goes on from the last good position with the new catalog.
 */
async function* ownFills(
  deps: FillHistoryDeps,
  span: BlockSpan,
  filter: FillFilter,
): AsyncGenerator<readonly ArchivedFill[]> {
  let block = span.fromBlock;
  let after: LogPosition | null = null;
  while (block <= span.toBlock) {
    const { version, files } = await deps.store.files("fill", { fromBlock: block, toBlock: span.toBlock });
    const part = partAt(
      files.filter(({ source }) => source === "chain"),
      block,
      span.toBlock,
    );
    if (part.file !== null) {
      yield* deps.files.readFills(part.file, { span: part, after, filter });
      block = part.toBlock + 1;
      continue;
    }
    const { isComplete, last }: HotResult = yield* readHot(deps, { span: part, after, filter }, version);
    after = last;
    block = isComplete ? part.toBlock + 1 : Math.max(block, last?.blockNumber ?? block);
  }
}

type Piece = BlockSpan & { readonly file: ArchiveFile | null };

/** What holds `block`: a file, or the database up to where the next file begins. */
function partAt(files: readonly ArchiveFile[], block: number, toBlock: number): Piece {
  for (const file of files) {
    if (file.span === null || file.span.toBlock < block) continue;
    if (file.span.fromBlock <= block) return { fromBlock: block, toBlock: Math.min(file.span.toBlock, toBlock), file };
    return { fromBlock: block, toBlock: Math.min(file.span.fromBlock - 1, toBlock), file: null };
  }
  return { fromBlock: block, toBlock, file: null };
}

type HotResult = { readonly isComplete: boolean; readonly last: LogPosition | null };

async function* readHot(
  { store, pageRows }: FillHistoryDeps,
  part: FillPart,
  version: number,
): AsyncGenerator<readonly ArchivedFill[], HotResult> {
  let last = part.after;
  for (;;) {
    const page: readonly ArchivedFill[] = await store.readPage({ ...part, after: last }, pageRows);
    if ((await store.version()) !== version) return { isComplete: false, last };
    if (page.length > 0) yield page;
    last = page.at(-1) ?? last;
    if (page.length < pageRows) return { isComplete: true, last };
  }
}

/** Imported files may overlap; each becomes a stream of its own, opened when the reading comes to it. */
async function importedFills(
  { store, files }: FillHistoryDeps,
  span: BlockSpan,
  filter: FillFilter,
): Promise<readonly AsyncIterable<readonly ArchivedFill[]>[]> {
  const listing = await store.files("fill", span);
  const lanes: ArchiveFile[][] = [];
  for (const file of listing.files) {
    if (file.source !== "import" || file.span === null) continue;
    const { fromBlock } = file.span;
    const free = lanes.find((lane) => (lane.at(-1)?.span?.toBlock ?? -1) < fromBlock);
    if (free === undefined) lanes.push([file]);
    else free.push(file);
  }
  return lanes.map((lane) => readLane(files, lane, { span, after: null, filter }));
}

async function* readLane(
  files: ArchiveFiles,
  lane: readonly ArchiveFile[],
  part: FillPart,
): AsyncGenerator<readonly ArchivedFill[]> {
  for (const file of lane) yield* files.readFills(file, part);
}
