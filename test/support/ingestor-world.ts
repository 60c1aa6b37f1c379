import { fromUnixSeconds } from "../../src/core/time/time.ts";
import { createIngestor, type StepResult } from "../../src/services/listener/ingestor.ts";
import { defaultListenerConfig, type ListenerConfig } from "../../src/services/listener/listener-config.ts";
import type { FakeChain } from "./fake-chain.ts";
import { createFakeLogSource } from "./fake-log-source.ts";
import { createManualClock } from "./manual-clock.ts";
import { createMemoryChainStore } from "./memory-chain-store.ts";

export const never: AbortSignal = new AbortController().signal;

/** A listener over a chain that the test writes; the clock stands at the time of the chain's head plus a second. */
export function setUp(chain: FakeChain, changes: Partial<ListenerConfig> = {}, store = createMemoryChainStore()) {
  const logSource = createFakeLogSource(chain);
  const clock = createManualClock(fromUnixSeconds((chain.block(chain.head())?.timestamp ?? 0) + 1));
  const config = { ...defaultListenerConfig, startBlocks: 40, rangeBlocks: 10, ...changes };
  const ingestor = createIngestor({ logSource, store, clock, config });
  async function toTip(hintedHead: number | null = null): Promise<StepResult[]> {
    const steps: StepResult[] = [];
    for (let hint = hintedHead; ; hint = null) {
      const step = await ingestor.step(never, hint);
      if (step.kind === "idle") return steps;
      steps.push(step);
    }
  }
  return { chain, logSource, clock, store, ingestor, toTip };
}

export const blocksOf = (store: ReturnType<typeof createMemoryChainStore>): number[] =>
  store.fills().map(({ fill }) => fill.blockNumber);
