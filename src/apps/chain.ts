import { connectPolygon, type PolygonOptions } from "../adapters/polygon/connect-polygon.ts";
import { createSystemClock } from "../adapters/system/clock.ts";
import { systemRandom } from "../adapters/system/random.ts";
import { letGoOfBuffersEarly } from "../adapters/system/v8-flags.ts";
import type { LogSource } from "../ports/log-source.ts";
import type { Program } from "./program.ts";

/**
 * The chain as POLYGON_RPC_URL serves it. The network is as slow in the demo as it is: timeouts and retries are in wall
 * time, whatever the program's clock.
 * @throws ConfigError when no endpoint answers; AbortedError when stopped meanwhile
 */
export function connectChain(
  { environment, logger }: Pick<Program, "environment" | "logger">,
  options: Pick<PolygonOptions, "isSpread" | "known">,
  signal: AbortSignal,
): Promise<LogSource> {
  const urls = environment.POLYGON_RPC_URL?.reveal() ?? null;
  letGoOfBuffersEarly();
  return connectPolygon({ urls, clock: createSystemClock(), random: systemRandom, logger, ...options }, signal);
}
