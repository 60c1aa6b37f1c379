import type { Fill } from "../core/chain/fill.ts";
import type { BlockRange } from "../core/chain/missing-ranges.ts";
import type { BlockHash } from "../core/ids/ids.ts";
import type { EpochMs } from "../core/time/time.ts";
import type { CoverageRange } from "./chain-store.ts";

/** A piece of what is covered, as it was delivered; hashes are null where they were not held when it was written. */
export type CoveragePart = BlockRange & {
  /** Hash of the block before the piece, as its first block names it. */
  readonly parentHash: BlockHash | null;
  readonly firstHash: BlockHash | null;
  readonly lastHash: BlockHash | null;
  readonly endpoint: string | null;
};

/** A fill as it is held; where its transaction stands in its block is not. */
export type HeldFill = Omit<Fill, "txIndex"> & { readonly occurredAt: EpochMs };

/** Reads what there is to prove of the coverage; writes nothing. */
export type CoverageStore = {
  coverage(): Promise<readonly CoverageRange[]>;
  /** Ascending. */
  parts(range: BlockRange): Promise<readonly CoveragePart[]>;
  /** In chain order. */
  fills(range: BlockRange): Promise<readonly HeldFill[]>;
  /** Logs of trades in the range that could not be decoded, as "block:index". */
  quarantined(range: BlockRange): Promise<readonly string[]>;
  /** Hashes of single blocks that are held beside those of the parts. */
  blockHashes(range: BlockRange): Promise<ReadonlyMap<number, BlockHash>>;
  finalizedBlock(): Promise<number>;
  /** Ranges whose fills have left the database for the archive. */
  archived(): Promise<readonly CoverageRange[]>;
};
