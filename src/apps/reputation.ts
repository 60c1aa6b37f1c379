import { createReputationStore } from "../adapters/postgres/reputation-store.ts";
import { createReputationService, type ReputationService } from "../services/reputation/reputation-service.ts";
import type { ServiceParts } from "./service-parts.ts";

export function createReputation({ environment, database, clock, logger }: ServiceParts): ReputationService {
  return createReputationService({
    store: createReputationStore(database),
    clock,
    logger,
    wake: database.wake,
    config: {
      intervalSeconds: environment.CALCULATION_INTERVAL_SECONDS,
      lookbackDays: environment.REPUTATION_LOOKBACK_DAYS,
    },
  });
}
