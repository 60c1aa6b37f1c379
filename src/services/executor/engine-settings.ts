import { applyStrategy, type Strategy } from "../../core/copy/strategy.ts";
import type { EngineConfig } from "../../core/engine/state.ts";
import { ConfigError } from "../../core/errors.ts";
import type { AlertOutbox } from "../../ports/alert-outbox.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { StrategySource } from "../../ports/strategy-source.ts";

/** What decisions depend on, as the strategy file has it by now. */
export type EngineSettings = {
  current(): EngineConfig;
  /** Looks at the file. @returns null where what was in force stays so */
  refresh(): Promise<EngineConfig | null>;
};

export type EngineSettingsDeps = {
  /** Without a strategy file. */
  readonly base: EngineConfig;
  readonly source: StrategySource;
  readonly outbox: Pick<AlertOutbox, "record">;
  readonly clock: Clock;
  readonly logger: Logger;
};

/** @throws ConfigError where the file is faulty at the start; later a faulty one is told of and changes nothing */
export async function createEngineSettings(deps: EngineSettingsDeps): Promise<EngineSettings> {
  const { base, source, outbox, clock, logger } = deps;
  const first = await source.poll();
  let config = first === null ? base : applyStrategy(base, first);

  async function tell(error: ConfigError): Promise<null> {
    const reason = `strategy file refused, the parameters before stay in force: ${error.problems.join("; ")}`;
    logger.warn("strategy file refused", { reason, strategyHash: config.strategyHash });
    const at = clock.nowMs();
    await outbox.record(`strategy-${at}`, "error", { service: "executor", reason }, at);
    return null;
  }

  return {
    current: () => config,
    async refresh() {
      let strategy: Strategy | null;
      try {
        strategy = await source.poll();
      } catch (error) {
        if (error instanceof ConfigError) return tell(error);
        throw error;
      }
      // A file that was faulty for a while and is as it was before changes nothing.
      if (strategy === null || strategy.hash === config.strategyHash) return null;
      config = applyStrategy(base, strategy);
      return config;
    },
  };
}
