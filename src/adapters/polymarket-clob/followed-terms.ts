import type { MarketTerms } from "../../core/execution/market-view.ts";
import type { MarketId } from "../../core/ids/ids.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { BookSource } from "../../ports/book-source.ts";
import type { Clock } from "../../ports/clock.ts";

/** Younger than what the risk check calls stale (10 s), so that an answer from memory is not refused for its age. */
const FRESH_MS = 8_000;
const REFRESH_MS = 4_000;

type KnownTerms = { readonly terms: MarketTerms | null; readonly askedAt: EpochMs };

/** Trading terms of the followed markets, which no channel tells: asked for again and again while they are followed. */
export function createFollowedTerms({ rest, clock }: { readonly rest: BookSource; readonly clock: Clock }) {
  const known = new Map<MarketId, KnownTerms>();
  let markets: ReadonlySet<MarketId> = new Set();

  async function fetchTerms(marketId: MarketId, signal: AbortSignal): Promise<MarketTerms | null> {
    const askedAt = clock.nowMs();
    const terms = await rest.fetchTerms(marketId, signal);
    if (markets.has(marketId)) known.set(marketId, { terms, askedAt });
    return terms;
  }

  return {
    fetchTerms,
    choose(chosen: readonly MarketId[]): void {
      markets = new Set(chosen);
      for (const marketId of known.keys()) if (!markets.has(marketId)) known.delete(marketId);
    },
    /** @returns null where they are not known, or not any more */
    peek(marketId: MarketId): KnownTerms | null {
      const found = known.get(marketId);
      return found !== undefined && clock.nowMs() - found.askedAt <= FRESH_MS ? found : null;
    },
    /** Until `signal` aborts. What cannot be read grows old, and is asked for by whoever needs it. */
    async run(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        await clock.sleep(REFRESH_MS, signal);
        if (signal.aborted) return;
        await Promise.all([...markets].map((marketId) => fetchTerms(marketId, signal).catch(() => null)));
      }
    },
  };
}
