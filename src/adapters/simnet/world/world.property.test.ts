import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aSimulatedChain, GENESIS_MS, HOUR_MS, SMALL_POPULATION } from "../../../../test/support/simulated-chain.ts";

const seeds = fc.integer({ min: 0, max: 1_000_000 });
const small = (seed: number, hours: number) => aSimulatedChain({ seed, hours, population: SMALL_POPULATION });

describe("the world", () => {
  it("conserves money: cash and locked collateral are what was deposited, at any time", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 30, max: 240 }), (seed, minutes) => {
        const { world } = small(seed, minutes / 60);
        const { cash, locked, deposited } = world.accounts.totals();
        expect(cash + locked).toBe(deposited);
        expect(deposited).toBeGreaterThan(0);
      }),
      { numRuns: 15 },
    );
  });

  it("conserves tokens: of each outcome there is one for every locked dollar", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { world } = small(seed, 3);
        const open = world.markets.filter((market) => world.stateOf(market) !== undefined);
        expect(open.length).toBeGreaterThan(0);
        for (const market of open) {
          const [first, second, sets] = world.accounts.supply(market);
          expect([first, second]).toEqual([sets, sets]);
        }
      }),
      { numRuns: 15 },
    );
  });

  it("never quotes a crossed book, stays on the tick and mirrors one token in the other", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 3_600_000 }), (seed, offset) => {
        const { world } = small(seed, 2);
        const at = GENESIS_MS + 2 * HOUR_MS + offset;
        for (const market of world.markets) {
          const state = world.stateOf(market);
          if (state === undefined) continue;
          const [bids, asks] = [world.quotes.side(state, at, true), world.quotes.side(state, at, false)];
          const [bestBid, bestAsk] = [bids[0]?.pips ?? 0, asks[0]?.pips ?? 10_000];
          expect(bestBid).toBeLessThan(bestAsk);
          for (const { pips, lots } of [...bids, ...asks]) {
            expect(pips % market.terms.tickPips).toBe(0);
            expect(pips).toBeGreaterThan(0);
            expect(pips).toBeLessThan(10_000);
            expect(lots).toBeGreaterThan(0);
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it("is not changed by looking at it", () => {
    const [seen, unseen] = [small(5, 1), small(5, 1)];
    for (const market of seen.world.markets) {
      const state = seen.world.stateOf(market);
      if (state === undefined) continue;
      for (let second = 0; second < 60; second++) {
        seen.world.quotes.side(state, GENESIS_MS + HOUR_MS + 1_000 * second, true);
      }
    }
    const later = GENESIS_MS + 2 * HOUR_MS;
    for (const { chain } of [seen, unseen]) chain.advanceTo(later);
    const tail = ({ chain }: typeof seen) => chain.nonEmpty(chain.firstBlock, chain.head()).map(chain.logsOf);
    expect(tail(seen)).toEqual(tail(unseen));
  });
});
