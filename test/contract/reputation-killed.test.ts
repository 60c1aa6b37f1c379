// Goal: wherever the service is killed, before or after any statement that it sends, the next one ends in the rows that a
// full calculation gives: with a late fill, a resolution that a reorg took back and replaced, wash clusters and tiers.
// Method: rounds of the same events on new blocks; each round's calculation dies at a later statement (the server
// rolls its connection back, as it does for a process that is gone), a second process finishes; in between all is rebuilt.
import { afterAll, beforeAll, expect, test } from "vitest";
import { assembleDatabase } from "../../src/adapters/postgres/connect.ts";
import { shares, usd } from "../../src/core/money/amounts.ts";
import { DAY_MS, MINUTE_MS } from "../../src/core/time/time.ts";
import type { StoredFill } from "../../src/ports/chain-store.ts";
import { createLife } from "../simulation/life.ts";
import { createMortalEngine, type MortalOptions } from "../simulation/mortal-engine.ts";
import { openSimPglite, type SimDatabase } from "../simulation/sim-database.ts";
import { createSimTime } from "../simulation/sim-time.ts";
import { aFill, aRecord, blockTime, preparedMarket, resolved, tokenNo, walletNo } from "../support/chain-facts.ts";
import { createReputationBench, type ReputationBench } from "../support/reputation-bench.ts";

const BLOCKS_A_ROUND = 20;
const REBUILD_EVERY = 12;
/** Of about 150; with 1 the test takes four times as long, and has found nothing more. */
const STATEMENTS_A_ROUND = 4;
const NO_FAULTS = { strikes: () => false, count: () => {} } as unknown as MortalOptions["faults"];

let sim: SimDatabase;
let bench: ReputationBench;
beforeAll(async () => {
  sim = await openSimPglite();
  bench = await createReputationBench(sim.database);
  await bench.clock.advance(DAY_MS);
}, 60_000);
afterAll(() => sim.close());

const trade = (blockNumber: number, market: number, wallet: number, isSell: boolean, counterparty = 0): StoredFill =>
  aFill({
    ...{ blockNumber, logIndex: wallet, wallet: walletNo(wallet), tokenId: tokenNo(2 * market) },
    ...{ side: isSell ? "SELL" : "BUY", size: shares(10_000_000n), cash: usd(isSell ? 6_000_000n : 4_000_000n) },
    ...(counterparty === 0 ? {} : { role: "maker" as const, counterparty: walletNo(counterparty) }),
  });

/** Everything that the round's last calculation has to cope with; a healthy one comes between. */
async function happen(round: number): Promise<void> {
  const [base, market] = [round * BLOCKS_A_ROUND, round];
  const at = (offset: number): number => base + offset;
  const { chain, service, clock } = bench;
  const main = [trade(at(6), market, 1, true, 2), trade(at(6), market, 2, false), trade(at(7), market, 3, false)];
  await chain.extend(aRecord(at(5), at(9), { markets: [preparedMarket(market, at(5))], fills: main }));
  await chain.extend(aRecord(at(10), at(14), { resolutions: [resolved(market, [1n, 0n], at(12))] }));
  await chain.finalize(at(9), at(14), blockTime(at(14)));
  await service.calculate();
  await chain.retract(at(9), blockTime(at(14)));
  await chain.extend(aRecord(at(10), at(19), { resolutions: [resolved(market, [0n, 1n], at(15))] }));
  await chain.extend(
    aRecord(at(0), at(4), { fills: [trade(at(1), market, 1, false, 2), trade(at(1), market, 2, true)] }),
  );
  await chain.finalize(at(19), at(19), blockTime(at(19)));
  await clock.advance(MINUTE_MS);
}

/** @returns false where the calculation sends fewer statements than that. */
async function calculateAndDie(statement: number, when: "before" | "after"): Promise<boolean> {
  const time = createSimTime(bench.clock.nowMs());
  const life = createLife(time);
  let sent = 0;
  const killer = {
    next: () => {
      sent += 1;
      return sent === statement ? when : ("no" as const);
    },
    statements: () => sent,
  };
  const attempts = new Map<string, number>();
  const engine = createMortalEngine(sim.engine, { time, life, faults: NO_FAULTS, attempts, killer, terminate: null });
  const service = bench.serviceOn(assembleDatabase(engine, () => new Promise(() => {})));
  const died = new Promise<true>((resolve) => life.onDeath(() => resolve(true)));
  const isDead = await Promise.race([died, service.calculate().then(() => false)]);
  await time.settled();
  return isDead;
}

test("a kill at any statement changes nothing of what is calculated in the end", { timeout: 300_000 }, async () => {
  let round = 1;
  for (let isDead = true; isDead; round += 1) {
    await happen(round);
    isDead = await calculateAndDie(1 + (round - 1) * STATEMENTS_A_ROUND, round % 2 === 0 ? "before" : "after");
    await bench.service.calculate();
    if (isDead && round % REBUILD_EVERY !== 0) continue;
    const incremental = await bench.rows();
    await bench.service.rebuildAll();
    expect(incremental).toEqual(await bench.rows());
  }
  // There were statements to die at, and something to be wrong about.
  expect(round).toBeGreaterThan(25);
  const { scores, wash } = await bench.rows();
  expect([scores.length, wash.length]).toEqual([3, 2]);
  // The second wallet sold before it bought: it is incomplete throughout.
  expect(scores.map((row) => row.closed_markets)).toEqual([round - 1, 0, round - 1]);
});
