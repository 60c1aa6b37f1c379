import { describe, expect, test } from "vitest";
import { aBlock } from "../../../test/support/chain-facts.ts";
import { type ProvenPart, proveCoverage } from "./coverage-proof.ts";

const part = (fromBlock: number, toBlock: number, fork = 0): ProvenPart => ({
  fromBlock,
  toBlock,
  parentHash: aBlock(fromBlock, fork).parentHash,
  firstHash: aBlock(fromBlock, fork).hash,
  lastHash: aBlock(toBlock, fork).hash,
});
const all = { fromBlock: 10, toBlock: 39 };

describe("coverage", () => {
  test("without a hole, in pieces that follow from each other, is complete and shows the hashes of its ends", () => {
    const proof = proveCoverage([all], [part(20, 39), part(10, 19)], all);
    expect(proof).toMatchObject({ holes: [], unaccounted: [], brokenJoints: [], isComplete: true });
    expect(proof.joints).toEqual({ proven: 1, unproven: 0 });
    expect(proof.ranges).toEqual([{ ...all, firstHash: aBlock(10).hash, lastHash: aBlock(39).hash }]);
  });

  test("with a hole is not, and the hole is named", () => {
    const covered = [
      { fromBlock: 5, toBlock: 19 },
      { fromBlock: 25, toBlock: 60 },
    ];
    const proof = proveCoverage(covered, [part(5, 19), part(25, 60)], all);
    expect(proof).toMatchObject({ holes: [{ fromBlock: 20, toBlock: 24 }], isComplete: false });
    expect(proof.ranges.map(({ fromBlock, toBlock }) => [fromBlock, toBlock])).toEqual([
      [10, 19],
      [25, 39],
    ]);
  });

  test("that does not reach the ends asked for is not", () => {
    expect(proveCoverage([{ fromBlock: 12, toBlock: 30 }], [part(12, 30)], all).holes).toEqual([
      { fromBlock: 10, toBlock: 11 },
      { fromBlock: 31, toBlock: 39 },
    ]);
    expect(proveCoverage([], [], all)).toMatchObject({ holes: [all], ranges: [], isComplete: false });
  });

  test("whose pieces are of two branches is not", () => {
    const proof = proveCoverage([all], [part(10, 19), part(20, 39, 1)], all);
    expect(proof.brokenJoints).toEqual([{ block: 20, expected: aBlock(19).hash, actual: aBlock(19, 1).hash }]);
    expect(proof.isComplete).toBe(false);
  });

  test("that nobody is on record for is not", () => {
    const proof = proveCoverage([all], [part(10, 19), part(30, 39)], all);
    expect(proof).toMatchObject({ unaccounted: [{ fromBlock: 20, toBlock: 29 }], isComplete: false });
  });

  test("counts the joints of which a hash is missing instead of taking them for proven", () => {
    const proof = proveCoverage([all], [{ ...part(10, 19), lastHash: null }, part(20, 39)], all);
    expect(proof).toMatchObject({ joints: { proven: 0, unproven: 1 }, isComplete: true });
  });
});
