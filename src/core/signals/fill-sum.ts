import { addShares, addUsd, type ShareMicros, subShares, subUsd, type UsdMicros } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";
import type { ObservedFill } from "./observed-fill.ts";

/** A wallet's fills of one token and side that belong together, added up. */
export type FillSum = {
  readonly size: ShareMicros;
  readonly cash: UsdMicros;
  /** Absent where an older version began it. */
  readonly fills?: number;
  readonly lastAt: EpochMs;
  /** What of it the newest blocks brought, for a reorg takes that back. Absent: it is not taken back. */
  readonly blocks?: readonly BlockSum[];
};

/** `lastAt` is absent where an older version wrote it. */
type BlockSum = Required<Pick<FillSum, "size" | "cash" | "fills">> &
  Partial<Pick<FillSum, "lastAt">> & { readonly blockNumber: number };

/** A reorg reaches some blocks back. */
const BLOCKS_KEPT = 32;

/** @param sum null: the fill is the first */
export function addFill(sum: FillSum | null, fill: ObservedFill): Required<FillSum> {
  const { blockNumber } = fill;
  const blocks = sum?.blocks ?? [];
  const last = blocks.at(-1);
  const isSame = last?.blockNumber === blockNumber;
  const block: BlockSum = { blockNumber, ...plus(isSame ? last : null, fill) };
  const others = isSame ? blocks.slice(0, -1) : blocks;
  return { ...plus(sum, fill), blocks: [...others, block].slice(-BLOCKS_KEPT) };
}

function plus(sum: Omit<BlockSum, "blockNumber"> | FillSum | null, { size, cash, occurredAt }: ObservedFill) {
  if (sum === null) return { size, cash, fills: 1, lastAt: occurredAt };
  const { lastAt = occurredAt, fills = 0 } = sum;
  return {
    size: addShares(sum.size, size),
    cash: addUsd(sum.cash, cash),
    fills: fills + 1,
    lastAt: lastAt > occurredAt ? lastAt : occurredAt,
  };
}

/** Without what happened from this block up. @returns null: nothing is left of it; the same object: nothing was there */
export function retractFills<Sum extends FillSum>(sum: Sum, fromBlock: number): Sum | null {
  const { blocks = [] } = sum;
  const gone = blocks.filter(({ blockNumber }) => blockNumber >= fromBlock);
  if (gone.length === 0) return sum;
  let { size, cash, fills = 0 } = sum;
  for (const each of gone) {
    size = subShares(size, each.size);
    cash = subUsd(cash, each.cash);
    fills -= each.fills;
  }
  if (size === 0n) return null;
  const left = blocks.filter(({ blockNumber }) => blockNumber < fromBlock);
  const times = left.map(({ lastAt }) => lastAt ?? sum.lastAt);
  const lastAt = times.length === 0 ? sum.lastAt : (Math.max(...times) as EpochMs);
  return { ...sum, size, cash, fills, lastAt, blocks: left };
}
