/** Blocks `fromBlock..toBlock`, both included. */
export type BlockRange = { readonly fromBlock: number; readonly toBlock: number };

/** Ascending, disjoint, neighbours merged. */
export function mergeRanges(ranges: readonly BlockRange[]): readonly BlockRange[] {
  const merged: BlockRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.fromBlock - b.fromBlock)) {
    const last = merged.at(-1);
    if (last === undefined || range.fromBlock > last.toBlock + 1) merged.push(range);
    else merged[merged.length - 1] = { fromBlock: last.fromBlock, toBlock: Math.max(last.toBlock, range.toBlock) };
  }
  return merged;
}

/** What of `ranges` lies in none of `taken`. */
export function subtractRanges(ranges: readonly BlockRange[], taken: readonly BlockRange[]): readonly BlockRange[] {
  let left: readonly BlockRange[] = mergeRanges(ranges);
  for (const cut of taken) {
    left = left.flatMap(({ fromBlock, toBlock }) =>
      cut.toBlock < fromBlock || cut.fromBlock > toBlock
        ? [{ fromBlock, toBlock }]
        : [
            { fromBlock, toBlock: cut.fromBlock - 1 },
            { fromBlock: cut.toBlock + 1, toBlock },
          ].filter((part) => part.fromBlock <= part.toBlock),
    );
  }
  return left;
}
