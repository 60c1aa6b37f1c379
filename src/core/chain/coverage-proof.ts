import type { BlockHash } from "../ids/ids.ts";
import { type BlockRange, missingRanges } from "./missing-ranges.ts";

/** A piece that was delivered at once, with the hashes that were held of it. */
export type ProvenPart = BlockRange & {
  readonly parentHash: BlockHash | null;
  readonly firstHash: BlockHash | null;
  readonly lastHash: BlockHash | null;
};

/** Two neighbouring pieces of which the second does not follow from the first. */
export type BrokenJoint = { readonly block: number; readonly expected: BlockHash; readonly actual: BlockHash };

export type ProvenRange = BlockRange & { readonly firstHash: BlockHash | null; readonly lastHash: BlockHash | null };

export type CoverageProof = {
  /** What is covered between the two blocks, with the hashes of its ends where they are held. */
  readonly ranges: readonly ProvenRange[];
  readonly holes: readonly BlockRange[];
  /** Covered, but no piece says who delivered it. */
  readonly unaccounted: readonly BlockRange[];
  readonly brokenJoints: readonly BrokenJoint[];
  /** Joints whose hashes were compared, and those of which one side is not held. */
  readonly joints: { readonly proven: number; readonly unproven: number };
  readonly isComplete: boolean;
};

/** What the ledger of coverage says of the blocks `from..to`: nothing is taken for granted that is not written there. */
export function proveCoverage(
  coverage: readonly BlockRange[],
  parts: readonly ProvenPart[],
  { fromBlock, toBlock }: BlockRange,
): CoverageProof {
  const inside = coverage
    .filter((range) => range.toBlock >= fromBlock && range.fromBlock <= toBlock)
    .map((range) => clip(range, { fromBlock, toBlock }))
    .sort((a, b) => a.fromBlock - b.fromBlock);
  const sorted = [...parts].sort((a, b) => a.fromBlock - b.fromBlock);
  const holes = missingRanges(coverage, fromBlock, toBlock);
  const unaccounted = inside.flatMap((range) => missingRanges(sorted, range.fromBlock, range.toBlock));
  const { brokenJoints, joints } = compareJoints(sorted);
  return {
    ranges: inside.map((range) => ({
      ...range,
      firstHash: sorted.find((part) => part.fromBlock === range.fromBlock)?.firstHash ?? null,
      lastHash: sorted.find((part) => part.toBlock === range.toBlock)?.lastHash ?? null,
    })),
    holes,
    unaccounted,
    brokenJoints,
    joints,
    isComplete: holes.length === 0 && unaccounted.length === 0 && brokenJoints.length === 0,
  };
}

const clip = (range: BlockRange, within: BlockRange): BlockRange => ({
  fromBlock: Math.max(range.fromBlock, within.fromBlock),
  toBlock: Math.min(range.toBlock, within.toBlock),
});

function compareJoints(parts: readonly ProvenPart[]): Pick<CoverageProof, "brokenJoints" | "joints"> {
  const brokenJoints: BrokenJoint[] = [];
  let proven = 0;
  let unproven = 0;
  for (const [index, part] of parts.entries()) {
    const before = parts[index - 1];
    if (before?.toBlock !== part.fromBlock - 1) continue;
    if (before.lastHash === null || part.parentHash === null) unproven += 1;
    else if (before.lastHash === part.parentHash) proven += 1;
    else brokenJoints.push({ block: part.fromBlock, expected: before.lastHash, actual: part.parentHash });
  }
  return { brokenJoints, joints: { proven, unproven } };
}
