import { describe, expect, it } from "vitest";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { GENESIS_MS, HOUR_MS, SMALL_POPULATION } from "../../../test/support/simulated-chain.ts";
import { epochMs } from "../../core/time/time.ts";
import { type Simnet, startSimnet } from "./simnet.ts";

const START = epochMs(GENESIS_MS + 2 * HOUR_MS);

describe("mining", () => {
  it("follows the clock: a block for every 1.5 s that passes", async () => {
    const own = createManualClock(START);
    const world = await startSimnet({ seed: 8, port: 0, clock: own, history: 1, wallets: SMALL_POPULATION });
    const before = world.chain.head();
    await own.advance(60_000);
    expect(world.chain.head()).toBe(before + 40);
    await world.stop();
    await own.advance(60_000);
    expect(world.chain.head()).toBe(before + 40);
  });

  it("gives the same chain again after a restart from the same genesis", async () => {
    const later = createManualClock(epochMs(START + 10 * 60_000));
    const options = { seed: 8, port: 0, wallets: SMALL_POPULATION, history: 1 };
    const first = await startSimnet({ ...options, clock: createManualClock(START) });
    first.advanceTo(later.nowMs());
    const again = await startSimnet({ ...options, clock: later, genesisMs: first.genesisMs });
    const logs = ({ chain }: Simnet) => chain.nonEmpty(0, chain.head()).flatMap(chain.logsOf);
    expect(again.chain.header(again.chain.head())).toEqual(first.chain.header(first.chain.head()));
    expect(logs(again)).toEqual(logs(first));
    await first.stop();
    await again.stop();
  });

  it("with a rush is quiet before it and crowded afterwards", async () => {
    const [clock, port] = [createManualClock(START), 0];
    const rush = { fromMs: START, oneInBefore: 10 };
    const wallets = { market_maker: 6, informed: 60, noise: 120, panicker: 40 };
    const world = await startSimnet({ seed: 8, port, clock, history: 1, wallets, rush, isManual: true });
    const { chain } = world;
    const matches = (from: number, to: number): number =>
      chain
        .nonEmpty(from, to)
        .flatMap(chain.transactionsOf)
        .filter(({ content }) => content.kind === "matches").length;
    const start = chain.head();
    world.advanceTo(START + HOUR_MS);
    const [before, after] = [matches(chain.firstBlock, start), matches(start + 1, chain.head())];
    expect(before).toBeGreaterThan(10);
    expect(after).toBeGreaterThan(5 * before);
    await world.stop();
  });
});
