import { createAccountHistory } from "../adapters/polymarket-data/account-history.ts";
import { createDataClient } from "../adapters/polymarket-data/data-client.ts";
import { createImportStore } from "../adapters/postgres/import-store.ts";
import { createSystemClock } from "../adapters/system/clock.ts";
import { systemRandom } from "../adapters/system/random.ts";
import type { AccountHistory } from "../ports/account-history.ts";
import type { Service } from "../ports/service.ts";
import { createBootstrapService } from "../services/bootstrap/bootstrap-service.ts";
import { type BootstrapDeps, DEFAULT_WALLETS } from "../services/bootstrap/run-bootstrap.ts";
import type { ReputationService } from "../services/reputation/reputation-service.ts";
import type { ServiceParts } from "./service-parts.ts";

type Parts = Pick<ServiceParts, "environment" | "database" | "clock" | "logger">;

/** Over the network in wall time, whatever the services' clock does. */
export const openAccountHistory = ({ DATA_API_URL }: { readonly DATA_API_URL: string }): AccountHistory =>
  createAccountHistory(createDataClient({ baseUrl: DATA_API_URL, clock: createSystemClock(), random: systemRandom }));

export const bootstrapDeps = (parts: Parts, reputation: ReputationService): BootstrapDeps => ({
  history: openAccountHistory(parts.environment),
  store: createImportStore(parts.database),
  clock: parts.clock,
  wall: createSystemClock(),
  logger: parts.logger,
  publish: async (signal) => void (await reputation.calculate(signal)),
});

export const createBootstrap = (parts: Parts, reputation: ReputationService): Service =>
  createBootstrapService(bootstrapDeps(parts, reputation), {
    wallets: DEFAULT_WALLETS,
    days: parts.environment.REPUTATION_LOOKBACK_DAYS,
  });
