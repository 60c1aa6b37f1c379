export type BlockRange = { readonly fromBlock: number; readonly toBlock: number };

/** The parts of `from..to` (both inclusive) that no covered range holds, ascending. */
export function missingRanges(covered: readonly BlockRange[], from: number, to: number): readonly BlockRange[] {
  const missing: BlockRange[] = [];
  let next = from;
  for (const range of [...covered].sort((a, b) => a.fromBlock - b.fromBlock)) {
    if (range.fromBlock > to) break;
    if (range.fromBlock > next) missing.push({ fromBlock: next, toBlock: range.fromBlock - 1 });
    next = Math.max(next, range.toBlock + 1);
  }
  if (next <= to) missing.push({ fromBlock: next, toBlock: to });
  return missing;
}
