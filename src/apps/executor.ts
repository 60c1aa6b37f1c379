import { createStrategyFile } from "../adapters/config/strategy-file.ts";
import { measureExecutorStore } from "../adapters/metrics/measured-stores.ts";
import { createClobBookSource } from "../adapters/polymarket-clob/book-source.ts";
import { createLiveBooks } from "../adapters/polymarket-clob/live-books.ts";
import { createAlertOutbox } from "../adapters/postgres/alert-outbox.ts";
import { createExecutorStore } from "../adapters/postgres/executor-store.ts";
import { createPaperVenue } from "../adapters/simulated-venue/paper-venue.ts";
import { createSystemClock } from "../adapters/system/clock.ts";
import { systemRandom } from "../adapters/system/random.ts";
import type { EngineConfig } from "../core/engine/state.ts";
import type { LiveGate } from "../core/risk/live-gate.ts";
import { DAY_MS } from "../core/time/time.ts";
import type { Service } from "../ports/service.ts";
import { createEngineSettings } from "../services/executor/engine-settings.ts";
import { DEFAULT_EXECUTOR_TIMING } from "../services/executor/executor-config.ts";
import { createExecutorService } from "../services/executor/executor-service.ts";
import type { ExecutorDeps } from "../services/executor/session.ts";
import { engineConfig } from "./engine-config.ts";
import { chooseMode } from "./live/choose-mode.ts";
import { modelOf, tellModel } from "./model/load-model.ts";
import type { ServiceParts } from "./service-parts.ts";
import { USER_AGENT } from "./version.ts";

const CLOB_TIMEOUT_MS = 5_000;
/** From decision to match: measured delays of the venue's order endpoint are a few hundred milliseconds. */
export const PAPER_LATENCY_MS = 500;

/** @throws ConfigError where the strategy file is faulty */
export async function createExecutor(parts: ServiceParts, signal: AbortSignal): Promise<Service> {
  const { environment, database, clock, logger, machineTimeFactor, metrics } = parts;
  const onPaper = { ...engineConfig(environment, machineTimeFactor), ...modelOf(environment) };
  if (onPaper.model !== undefined) tellModel(logger.with({ service: "executor" }), onPaper.model);
  const paperStrategy = await readStrategy(parts, onPaper);
  const live = await chooseMode(parts, paperStrategy.settings?.current() ?? onPaper, signal);
  const engine = live === null ? onPaper : liveConfig(onPaper, live.gate);
  const strategy = live === null ? paperStrategy : await readStrategy(parts, engine);
  const store = createExecutorStore(database, engine.mode);
  const rest = createClobBookSource({
    url: environment.CLOB_URL,
    timeoutMs: CLOB_TIMEOUT_MS,
    userAgent: USER_AGENT,
  });
  const books = createLiveBooks({
    rest,
    url: environment.CLOB_WS_URL,
    clock: createSystemClock(),
    random: systemRandom,
    logger: logger.with({ service: "executor" }),
  });
  const venue = createPaperVenue({ books, clock, latencyMs: PAPER_LATENCY_MS });
  // Signing and its libraries are 25 MB that paper trading does not need.
  const { liveTrading } = live === null ? { liveTrading: null } : await import("./live/live-trading.ts");
  return createExecutorService({
    store: metrics === undefined ? store : measureExecutorStore(store, metrics, createSystemClock()),
    books,
    feed: books,
    venue,
    clock,
    logger: logger.with({ service: "executor" }),
    wake: database.wake,
    config: { engine, timing: { ...DEFAULT_EXECUTOR_TIMING, journalKeepMs: environment.RETENTION_DAYS * DAY_MS } },
    ...(live === null || liveTrading === null ? {} : liveTrading(parts, live, { books, venue }, signal)),
    ...strategy,
  });
}

async function readStrategy(
  { strategyFile = null, database, clock, logger }: ServiceParts,
  base: EngineConfig,
): Promise<Pick<ExecutorDeps, "settings">> {
  if (strategyFile === null) return {};
  const settings = await createEngineSettings({
    base,
    source: createStrategyFile(strategyFile),
    outbox: createAlertOutbox(database),
    clock,
    logger: logger.with({ service: "executor" }),
  });
  logger.info("strategy file", { path: strategyFile, hash: settings.current().strategyHash });
  return { settings };
}

const liveConfig = (onPaper: EngineConfig, gate: LiveGate | null): EngineConfig => ({
  ...onPaper,
  mode: "LIVE",
  ...(gate === null ? {} : { gate }),
});
