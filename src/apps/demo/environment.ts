import type { Environment } from "../../adapters/config/environment.ts";
import { parseEnvironment, type Texts } from "../../adapters/config/load.ts";
import type { SimnetAddresses } from "./simnet-process.ts";

/** Simulated seconds between two scorings: an hour would be the whole demo. */
const CALCULATION_INTERVAL_SECONDS = 240;

/**
 * Settings of the demo. The user's `.env` and environment play no part, apart from how logs look, so that nothing of
 * theirs (a database, a key) is touched and the same seed shows the same world.
 */
export function demoEnvironment(addresses: SimnetAddresses, database: string, own: Texts): Environment {
  return parseEnvironment({
    file: null,
    process: {
      LOG_LEVEL: own.LOG_LEVEL,
      LOG_FORMAT: own.LOG_FORMAT ?? "pretty",
      DATA_DIR: database,
      POLYGON_RPC_URL: `${addresses.rpcUrl},${addresses.wsUrl}`,
      GAMMA_URL: addresses.gammaUrl,
      CLOB_URL: addresses.clobUrl,
      DASHBOARD_PORT: "0",
      CALCULATION_INTERVAL_SECONDS: String(CALCULATION_INTERVAL_SECONDS),
    },
  });
}
