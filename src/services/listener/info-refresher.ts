import { AbortedError, InvariantError } from "../../core/errors.ts";
import { addMs } from "../../core/time/time.ts";
import type { ChainStore } from "../../ports/chain-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { MarketCatalog } from "../../ports/market-catalog.ts";
import type { ListenerConfig } from "./listener-config.ts";
import type { MarketTitles } from "./market-titles.ts";

export type InfoRefresher = {
  /** Asks for one batch. @returns how many markets were learned. Throws what the catalog and the store throw. */
  refresh(signal: AbortSignal): Promise<number>;
  /** Refreshes until `signal` aborts; whatever may pass is logged and tried again later. */
  run(signal: AbortSignal): Promise<void>;
};

export type InfoRefresherDeps = {
  readonly catalog: MarketCatalog;
  readonly store: ChainStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly titles: MarketTitles;
  readonly config: Pick<ListenerConfig, "infoBatch" | "infoPollMs" | "infoStaleMs">;
};

const BACKOFF_MAX_DOUBLINGS = 6;

/** Titles, dates and parameters of markets. They come from outside the chain and never hold up what comes from it. */
export function createInfoRefresher({
  catalog,
  store,
  clock,
  logger,
  titles,
  config,
}: InfoRefresherDeps): InfoRefresher {
  async function refresh(signal: AbortSignal): Promise<number> {
    const checkedBefore = addMs(clock.nowMs(), -config.infoStaleMs);
    const [markets, tokens] = await Promise.all([
      store.marketsWithoutInfo(config.infoBatch, checkedBefore),
      store.tokensWithoutMarket(config.infoBatch, checkedBefore),
    ]);
    if (markets.length === 0 && tokens.length === 0) return 0;
    const none = { infos: [], unreadable: [] };
    const [byMarket, byToken] = await Promise.all([
      markets.length === 0 ? none : catalog.byMarket(markets, signal),
      tokens.length === 0 ? none : catalog.byToken(tokens, signal),
    ]);
    const unreadable = [...byMarket.unreadable, ...byToken.unreadable];
    if (unreadable.length > 0) logger.warn("markets unreadable", { count: unreadable.length, first: unreadable[0] });
    const infos = [...new Map([...byMarket.infos, ...byToken.infos].map((info) => [info.marketId, info])).values()];
    const knownMarkets = new Set(infos.map((info) => info.marketId));
    const knownTokens = new Set(infos.flatMap((info) => info.tokenIds));
    const missingMarkets = markets.filter((id) => !knownMarkets.has(id));
    const missingTokens = tokens.filter((id) => !knownTokens.has(id));
    const at = clock.nowMs();
    if (infos.length > 0) await store.saveMarketInfo(infos, at);
    if (missingMarkets.length + missingTokens.length > 0) {
      await store.markInfoMissing(missingMarkets, missingTokens, at);
    }
    titles.learn(infos);
    logger.debug("markets refreshed", { learned: infos.length, missing: missingMarkets.length + missingTokens.length });
    return infos.length;
  }

  async function run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      let learned = 0;
      try {
        learned = await refresh(signal);
        failures = 0;
      } catch (error) {
        if (error instanceof AbortedError) return;
        if (error instanceof InvariantError) throw error;
        failures += 1;
        logger.warn("market information failed", { error, failures });
      }
      // A full batch means that more are waiting; failures are what asking less often is for.
      const pauseMs = config.infoPollMs * 2 ** Math.min(failures, BACKOFF_MAX_DOUBLINGS);
      await clock.sleep(failures === 0 && learned >= config.infoBatch ? config.infoPollMs / 10 : pauseMs, signal);
    }
  }

  return { refresh, run };
}
