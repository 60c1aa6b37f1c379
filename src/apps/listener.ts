import { measureChainStore, measureEndpointStore } from "../adapters/metrics/measured-stores.ts";
import { connectPolygon } from "../adapters/polygon/connect-polygon.ts";
import { createPendingSource } from "../adapters/polygon/pending-source.ts";
import { createGammaCatalog } from "../adapters/polymarket-gamma/gamma-catalog.ts";
import { createGammaClient } from "../adapters/polymarket-gamma/gamma-client.ts";
import { createRtdsSource } from "../adapters/polymarket-rtds/rtds-source.ts";
import { createChainStore } from "../adapters/postgres/chain-store.ts";
import { createEndpointStore, readEndpoints } from "../adapters/postgres/endpoint-store.ts";
import { createHintStore } from "../adapters/postgres/hint-store.ts";
import { createSystemClock } from "../adapters/system/clock.ts";
import { systemRandom } from "../adapters/system/random.ts";
import { letGoOfBuffersEarly } from "../adapters/system/v8-flags.ts";
import type { Logger } from "../ports/logger.ts";
import type { Service } from "../ports/service.ts";
import { defaultListenerConfig, type ListenerConfig } from "../services/listener/listener-config.ts";
import { createListenerService, type ListenerDeps } from "../services/listener/listener-service.ts";
import type { ServiceParts } from "./service-parts.ts";

/** Matches come several a second; a node that filters sends nothing else. */
const PENDING_QUIET_MS = 20_000;

/** @throws ConfigError when no endpoint answers; AbortedError when stopped meanwhile */
export async function createListener(parts: ServiceParts, signal: AbortSignal): Promise<Service> {
  const { environment, database, clock, logger, metrics } = parts;
  letGoOfBuffersEarly();
  const chain = createChainStore(database);
  const endpoints = createEndpointStore(database);
  // The network is as slow in the demo as it is: timeouts and retries are in wall time.
  const wall = createSystemClock();
  const random = systemRandom;
  const urls = environment.POLYGON_RPC_URL?.reveal() ?? null;
  const known = await readEndpoints(database);
  const listenerLogger = logger.with({ service: "listener" });
  return createListenerService({
    logSource: await connectPolygon({ urls, clock: wall, random, logger: listenerLogger, known }, signal),
    catalog: createGammaCatalog(createGammaClient({ baseUrl: environment.GAMMA_URL, clock: wall, random })),
    store: metrics === undefined ? chain : measureChainStore(chain, metrics),
    endpointStore: metrics === undefined ? endpoints : measureEndpointStore(endpoints, metrics),
    clock,
    logger,
    config: listenerConfig(parts),
    ...hintDeps(parts, listenerLogger),
  });
}

function hintDeps({ environment, database, clock }: ServiceParts, logger: Logger): Pick<ListenerDeps, "hints"> {
  const deps = { clock: createSystemClock(), now: clock.nowMs, random: systemRandom, logger };
  const pending = environment.PENDING_RPC_URL?.reveal();
  const sources = [
    ...(environment.ENABLE_RTDS_HINTS ? [createRtdsSource({ url: environment.RTDS_URL, ...deps })] : []),
    ...(pending === undefined ? [] : [createPendingSource({ url: pending, quietMs: PENDING_QUIET_MS, ...deps })]),
  ];
  return sources.length === 0 ? {} : { hints: { sources, store: createHintStore(database) } };
}

function listenerConfig({ environment, listener, machineTimeFactor }: ServiceParts): ListenerConfig {
  const byDefault = defaultListenerConfig;
  return {
    ...byDefault,
    collectEffects: environment.LISTEN_LIFECYCLE,
    ...listener,
    liveWindowMs: byDefault.liveWindowMs * machineTimeFactor,
    summaryMs: byDefault.summaryMs * machineTimeFactor,
  };
}
