import { join } from "node:path";
import type { Environment } from "../../adapters/config/environment.ts";
import { logTexts, parseEnvironment } from "../../adapters/config/load.ts";
import type { SimnetAddresses } from "./simnet-process.ts";

/** Simulated seconds between two calculations of scores: the usual hour would be the whole demo. */
const CALCULATION_INTERVAL_SECONDS = 90;

/** simnet's wallets bet less than those outside; with the usual 100 few of their buys would be followed in a minute. */
const MIN_WHALE_TRADE_USD = "40";

/** At 60 times the speed a pause of six hours would be six minutes without a trade: those after losses are shorter. */
export const DEMO_STRATEGY = join(import.meta.dirname, "strategy.json");

/** The usual 500 are soon lost where a busy machine is late; a tenth of the capital stops the day all the same. */
const MAX_DAILY_LOSS = "1000";

/**
 * A signal has five wall seconds to be carried out, and at least its usual simulated minute.
 */
const signalTtlSeconds = (speed: number): number => Math.max(60, Math.ceil(5 * speed));

/**
 * Settings of the demo. The user's `.env` and environment play no part, apart from how logs look, so that nothing of
 * theirs (a database, a key) is touched.
 */
export function demoEnvironment(addresses: SimnetAddresses | null, speed = 1): Environment {
  const logs = logTexts();
  const sources = addresses === null ? {} : sourcesAt(addresses);
  return parseEnvironment({
    file: null,
    process: {
      ...logs,
      LOG_FORMAT: logs.LOG_FORMAT ?? "pretty",
      DASHBOARD_PORT: "0",
      // What the demo shows is found on its own chain.
      BOOTSTRAP: "false",
      CALCULATION_INTERVAL_SECONDS: String(CALCULATION_INTERVAL_SECONDS),
      MIN_WHALE_TRADE_USD,
      MAX_DAILY_LOSS,
      SIGNAL_TTL_SECONDS: String(signalTtlSeconds(speed)),
      ...sources,
    },
  });
}

const sourcesAt = ({ rpcUrl, wsUrl, gammaUrl, clobUrl, marketUrl }: SimnetAddresses) => ({
  POLYGON_RPC_URL: `${rpcUrl},${wsUrl}`,
  GAMMA_URL: gammaUrl,
  CLOB_URL: clobUrl,
  CLOB_WS_URL: marketUrl,
});
