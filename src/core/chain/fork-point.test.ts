import { describe, expect, test } from "vitest";
import { parseBlockHash } from "../ids/ids.ts";
import type { BlockRef } from "./fill.ts";
import { firstBreak, forkPoint } from "./fork-point.ts";
import { missingRanges } from "./missing-ranges.ts";

const hash = (text: string) => parseBlockHash(`0x${text.padStart(64, "0")}`);
const block = (number: number, own: string, parent: string): BlockRef => ({
  number,
  hash: hash(own),
  parentHash: hash(parent),
  timestamp: 0,
});

describe("headers", () => {
  const chain = [block(1, "a1", "a0"), block(2, "a2", "a1"), block(5, "a5", "a4")];
  test("that follow from each other are whole, gaps do not matter", () => {
    expect(firstBreak(chain)).toBeNull();
    expect(firstBreak([])).toBeNull();
  });
  test("show where one does not follow", () => {
    const stray = block(6, "b6", "b5");
    expect(firstBreak([...chain, stray])).toBe(stray);
  });
});

describe("the fork point", () => {
  const remembered = [block(3, "a3", "a2"), block(2, "a2", "a1"), block(1, "a1", "a0")];
  test("is the newest remembered block that the chain still has", () => {
    expect(forkPoint(remembered, [block(1, "a1", "a0"), block(2, "a2", "a1"), block(3, "b3", "a2")])?.number).toBe(2);
    expect(forkPoint(remembered, remembered)?.number).toBe(3);
  });
  test("is nowhere on another chain", () => {
    expect(forkPoint(remembered, [block(1, "b1", "b0"), block(2, "b2", "b1")])).toBeNull();
  });
});

describe("missing ranges", () => {
  test.each([
    ["nothing is covered", [], [{ fromBlock: 5, toBlock: 9 }]],
    ["all is covered", [{ fromBlock: 0, toBlock: 20 }], []],
    ["the top is missing", [{ fromBlock: 5, toBlock: 7 }], [{ fromBlock: 8, toBlock: 9 }]],
    [
      "there are holes on both sides",
      [
        { fromBlock: 8, toBlock: 8 },
        { fromBlock: 6, toBlock: 6 },
      ],
      [
        { fromBlock: 5, toBlock: 5 },
        { fromBlock: 7, toBlock: 7 },
        { fromBlock: 9, toBlock: 9 },
      ],
    ],
    ["what is covered lies elsewhere", [{ fromBlock: 30, toBlock: 40 }], [{ fromBlock: 5, toBlock: 9 }]],
  ])("%s", (_what, covered, missing) => {
    expect(missingRanges(covered, 5, 9)).toEqual(missing);
  });
});
