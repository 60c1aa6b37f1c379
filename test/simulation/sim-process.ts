import { connectPolygon } from "../../src/adapters/polygon/connect-polygon.ts";
import type { Transport } from "../../src/adapters/polygon/transport.ts";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { assembleDatabase } from "../../src/adapters/postgres/connect.ts";
import type { Engine } from "../../src/adapters/postgres/engine.ts";
import type { ChainStore } from "../../src/ports/chain-store.ts";
import type { LogSource } from "../../src/ports/log-source.ts";
import type { Logger } from "../../src/ports/logger.ts";
import type { MarketCatalog } from "../../src/ports/market-catalog.ts";
import type { Service } from "../../src/ports/service.ts";
import { type BackfillDeps, backfill } from "../../src/services/listener/backfill.ts";
import { defaultListenerConfig, type ListenerConfig } from "../../src/services/listener/listener-config.ts";
import { createListenerService } from "../../src/services/listener/listener-service.ts";
import type { Life } from "./life.ts";

/** A planted defect: parts of the listener replaced by worse ones. */
export type Sabotage = {
  readonly store?: (store: ChainStore) => ChainStore;
  readonly logSource?: (source: LogSource, transport: Transport) => LogSource;
  readonly engine?: (engine: Engine) => Engine;
};

/** How a process ended by itself; `error` null: as it was asked to. */
export type Ending = { readonly error: unknown };

export type SimProcess = {
  readonly life: Life;
  ending(): Ending | null;
  health(): ReturnType<Service["health"]> | null;
  /** Asks it to end. */
  stop(): void;
};

/** Following is the listener; backfill is the command that reads history and ends. */
export type Job = { readonly kind: "follow" } | { readonly kind: "backfill"; readonly concurrency: number };

export type SimProcessOptions = {
  readonly job: Job;
  readonly life: Life;
  readonly engine: Engine;
  readonly transport: Transport;
  readonly catalog: MarketCatalog;
  readonly urls: readonly string[];
  readonly random: () => number;
  readonly logger: Logger;
  readonly batchMax: number;
  readonly config: Partial<ListenerConfig>;
  readonly sabotage: Sabotage;
};

const ignore = (): void => {};

/** The whole listener as the program puts it together, from connecting on, between simulated surroundings. */
export function startSimProcess(options: SimProcessOptions): SimProcess {
  const { life, engine, transport, sabotage, job } = options;
  const stop = new AbortController();
  let ending: Ending | null = null;
  let service: Service | null = null;

  async function run(): Promise<void> {
    const { clock } = life;
    const { urls, random, logger, batchMax, catalog } = options;
    const isSpread = job.kind === "backfill";
    const connected = await connectPolygon({ urls, clock, random, logger, batchMax, isSpread, transport }, stop.signal);
    const logSource = sabotage.logSource?.(connected, transport) ?? connected;
    const honest = createChainStore(assembleDatabase(engine, (ms) => clock.sleep(ms)));
    const store = sabotage.store?.(honest) ?? honest;
    const config = { ...defaultListenerConfig, ...options.config };
    const deps = { logSource, store, clock, logger, config };
    if (job.kind === "backfill") return readHistory(deps, job.concurrency, stop.signal);
    service = createListenerService({ ...deps, catalog });
    await service.run(stop.signal);
  }

  void run().then(
    () => {
      ending = { error: null };
    },
    (error: unknown) => {
      ending = { error };
    },
  );
  return {
    life,
    ending: () => ending,
    health: () => service?.health() ?? null,
    stop: () => stop.abort(),
  };
}

/** As the command does: from the first block to the one that is final when it starts. */
async function readHistory(deps: BackfillDeps, concurrency: number, signal: AbortSignal): Promise<void> {
  const final = await deps.logSource.finalized(signal);
  const fromBlock = deps.config.startBlock ?? 0;
  if (final === null || final.number < fromBlock) return;
  await backfill(deps, { fromBlock, toBlock: final.number, concurrency }, ignore, signal);
}
