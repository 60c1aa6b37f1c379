import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { settleTier, TIER_FLOORS, TIER_MARGIN, TIER_RUNS, type Tier, type TierState, tierOf } from "./tiers.ts";

const LINES = TIER_FLOORS.map(([, floor]) => floor).filter(Number.isFinite);
/** As often close to a line as anywhere. */
const score = fc.oneof(
  fc.double({ min: 0, max: 10, noNaN: true }),
  fc.tuple(fc.constantFrom(...LINES), fc.double({ min: -0.3, max: 0.3, noNaN: true })).map(([line, off]) => line + off),
);
const scores = fc.array(score, { minLength: 1, maxLength: 40 });
const run = (list: readonly number[], from: TierState | null = null): TierState =>
  list.reduce<TierState | null>(settleTier, from) as TierState;

/** The rule as it is written, a line at a time: above it or not, and for how long the score has said otherwise. */
function tierByLines(list: readonly number[]): Tier {
  const above = LINES.map((line) => {
    let isAbove = (list[0] as number) >= line;
    let runs = 0;
    for (const each of list.slice(1)) {
      runs = each >= line === isAbove ? 0 : runs + 1;
      const passed = isAbove ? each <= line - TIER_MARGIN : each >= line + TIER_MARGIN;
      if (passed || runs === TIER_RUNS) {
        isAbove = !isAbove;
        runs = 0;
      }
    }
    return isAbove;
  });
  const place = above.indexOf(true);
  return (TIER_FLOORS[place === -1 ? LINES.length : place] as readonly [Tier, number])[0];
}

describe("tier hysteresis", () => {
  it("is the rule of every single line, taken together", () => {
    fc.assert(
      fc.property(scores, (list) => {
        expect(run(list).tier).toBe(tierByLines(list));
      }),
      { numRuns: 2000 },
    );
  });

  it("holds no tier that its score has left by the margin, and ends in the score's own within three runs", () => {
    fc.assert(
      fc.property(scores, score, (list, last) => {
        const { tier } = run([...list, last]);
        const place = TIER_FLOORS.findIndex(([name]) => name === tier);
        const floor = TIER_FLOORS[place]?.[1] ?? 0;
        const ceiling = TIER_FLOORS[place - 1]?.[1] ?? Number.POSITIVE_INFINITY;
        expect(last > floor - TIER_MARGIN && last < ceiling + TIER_MARGIN).toBe(true);
        expect(run([...list, last, last, last])).toEqual({ tier: tierOf(last), runsPast: 0 });
      }),
    );
  });

  it("changes nothing while the score stays within the tier that it holds", () => {
    fc.assert(
      fc.property(score, fc.nat(9), (first, runs) => {
        const settled = run([first]);
        expect(run(Array<number>(runs).fill(first), settled)).toEqual(settled);
      }),
    );
  });

  const held = (tier: Tier, runsPast = 0): TierState => ({ tier, runsPast });
  it.each([
    ["just past the line waits", held("SMART"), [7.1], held("SMART", 1)],
    ["three runs past the line are enough", held("SMART"), [7.1, 7.0, 7.19], held("WHALE")],
    ["a run back within the tier starts the count again", held("SMART"), [7.1, 7.1, 6.9, 7.1], held("SMART", 1)],
    ["the margin is enough at once", held("SMART"), [7.2], held("WHALE")],
    ["downwards just the same", held("WHALE"), [6.9, 6.95, 6.99], held("SMART")],
    ["downwards by the margin", held("WHALE"), [6.8], held("SMART")],
    ["over two lines: through the first, waiting at the second", held("AVERAGE"), [7.1], held("SMART", 1)],
    ["from waiting above to waiting below", held("AVERAGE"), [6.1, 6.1, 3.9], held("AVERAGE", -1)],
    ["all the way down", held("WHALE"), [0], held("DEGEN")],
    ["all the way up", held("DEGEN"), [10], held("WHALE")],
  ])("%s", (_, from, list, expected) => {
    expect(run(list, from)).toEqual(expected);
  });
});
