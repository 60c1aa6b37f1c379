import type { Strategy } from "../core/copy/strategy.ts";

/** The parameters that a person keeps in a file and may change while the program runs. */
export type StrategySource = {
  /**
   * Looks again.
   * @returns null where nothing has changed since the last look
   * @throws ConfigError with every problem, once for each faulty version of it: the parameters before stay in force
   */
  poll(): Promise<Strategy | null>;
};
