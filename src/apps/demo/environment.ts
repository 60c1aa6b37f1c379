import type { Environment } from "../../adapters/config/environment.ts";
import { logTexts, parseEnvironment } from "../../adapters/config/load.ts";
import type { SimnetAddresses } from "./simnet-process.ts";

/** Simulated seconds between two scorings: an hour would be the whole demo. */
const CALCULATION_INTERVAL_SECONDS = 90;

/**
 * Settings of the demo. The user's `.env` and environment play no part, apart from how logs look, so that nothing of
 * theirs (a database, a key) is touched.
 */
export function demoEnvironment(addresses: SimnetAddresses | null): Environment {
  const logs = logTexts();
  const sources = addresses === null ? {} : sourcesAt(addresses);
  return parseEnvironment({
    file: null,
    process: {
      ...logs,
      LOG_FORMAT: logs.LOG_FORMAT ?? "pretty",
      DASHBOARD_PORT: "0",
      CALCULATION_INTERVAL_SECONDS: String(CALCULATION_INTERVAL_SECONDS),
      ...sources,
    },
  });
}

const sourcesAt = ({ rpcUrl, wsUrl, gammaUrl, clobUrl }: SimnetAddresses) => ({
  POLYGON_RPC_URL: `${rpcUrl},${wsUrl}`,
  GAMMA_URL: gammaUrl,
  CLOB_URL: clobUrl,
});
