import { drawInteger } from "../../../src/adapters/simnet/random/draws.ts";
import { createPrng } from "../../../src/adapters/simnet/random/prng.ts";
import type { Simnet } from "../../../src/adapters/simnet/simnet.ts";
import { legsOf } from "../../../src/adapters/simnet/venue/records.ts";
import { type OrderHash, parseOrderHash } from "../../../src/core/ids/ids.ts";
import type { AccountFeed, AccountNews } from "../../../src/ports/account-feed.ts";
import type { Life } from "../life.ts";
import type { LivePlan } from "./plan.ts";

const LATE_MS_MAX = 4_000;

/** The user channel of one process as the plan has it; REST is the truth, with hints or without. */
export function createHintFeed(simnet: Simnet, life: Life, { seed, channel }: LivePlan): AccountFeed {
  const random = createPrng(seed, "user channel");
  const listeners = new Set<(news: AccountNews) => void>();
  const tell = (news: AccountNews): void => {
    if (!life.isDead()) for (const listener of listeners) listener(news);
  };
  const hear = (hash: string | null): void => {
    if (hash === null || channel === "silent") return;
    const news = { kind: "order", orderHash: parseOrderHash(hash) as OrderHash } as const;
    if (channel === "good") {
      tell(news);
      return;
    }
    const times = drawInteger(random, 0, 2);
    for (let n = 0; n < times; n += 1) void life.clock.sleep(LATE_MS_MAX * random()).then(() => tell(news));
  };
  const stop = simnet.listen({
    onOrder: ({ hash }) => hear(hash),
    onTrade: ({ match }) => {
      for (const { orderHash } of legsOf(match)) hear(orderHash);
    },
  });
  life.onDeath(stop);
  return {
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    run: (signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        if (channel !== "silent") tell({ kind: "connected" });
        signal.addEventListener("abort", () => resolve(), { once: true });
      }),
  };
}
