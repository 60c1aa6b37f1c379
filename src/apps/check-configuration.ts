/** Everything that a trading process is told from outside, checked before anything is opened or made. */
import type { Environment } from "../adapters/config/environment.ts";
import { loadEnvironment } from "../adapters/config/load.ts";
import { createStrategyFile, findStrategyFile } from "../adapters/config/strategy-file.ts";
import { ConfigError } from "../core/errors.ts";
import { modelOf } from "./model/load-model.ts";

/** @throws ConfigError with the problems of environment, strategy file and model file together */
export async function loadTradingEnvironment(load: () => Environment = loadEnvironment): Promise<Environment> {
  const problems: string[] = [];
  const gather = async <T>(read: () => T | Promise<T>): Promise<T | null> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      return null;
    }
  };
  const environment = await gather(load);
  const strategyFile = await gather(() => findStrategyFile(environment?.STRATEGY_FILE ?? null));
  if (strategyFile !== null) await gather(() => createStrategyFile(strategyFile).poll());
  if (environment !== null) await gather(() => modelOf(environment));
  if (environment === null || problems.length > 0) throw new ConfigError(problems);
  return environment;
}
