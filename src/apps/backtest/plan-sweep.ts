import type { Environment } from "../../adapters/config/environment.ts";
import { type SweepSettings, toSettings } from "../../adapters/config/sweep-parameters.ts";
import type { RunOptions } from "../../core/backtest/run.ts";
import type { GridPoint } from "../../core/backtest/sweep/grid.ts";
import { applyStrategy, type Strategy } from "../../core/copy/strategy.ts";
import { hashValue } from "../../core/engine/state-hash.ts";
import { InputError } from "../../core/errors.ts";
import { DAY_MS } from "../../core/time/time.ts";
import type { Sweep, SweepPlan, SweepVariant } from "../../ports/sweep.ts";
import { variantHash } from "../../services/backtest/backtest.ts";
import { engineConfig } from "../executor.ts";
import { modelOf, refuseLearned } from "../model/load-model.ts";

export type SweepBase = {
  readonly environment: Environment;
  readonly strategy: Strategy | null;
  /** Everything but the engine's configuration. */
  readonly run: Omit<RunOptions, "engine">;
};

/**
 * The present settings with what each point says. Points that come to the same variant are one.
 * @throws InputError where a variant's model is missing or learned from the stretch
 */
export function planSweep(plan: SweepPlan, points: readonly GridPoint[], base: SweepBase): Sweep {
  const variants = new Map<string, SweepVariant>();
  for (const point of points) {
    const options = optionsAt(base, toSettings(point));
    const hash = variantHash(options);
    if (!variants.has(hash)) variants.set(hash, { hash, point, options });
  }
  const { windows, objective, seed, data } = plan;
  const id = hashValue({ variants: [...variants.keys()], windows, objective, seed, data });
  return { id, plan, variants: [...variants.values()] };
}

function optionsAt({ environment, strategy, run }: SweepBase, settings: SweepSettings): RunOptions {
  const varied: Environment = { ...environment, ...settings.environment };
  if (varied.ENABLE_ML && varied.MODEL_FILE === null) {
    throw new InputError("MODEL_MISSING", "a variant with ENABLE_ML=true needs a model: set MODEL_FILE", {});
  }
  refuseLearned(varied, run.from);
  const config = { ...engineConfig(varied, 1), ...modelOf(varied) };
  const { copy, protections } = settings.strategy;
  const before = strategy?.copy ?? config.copy;
  const engine = applyStrategy(config, {
    copy: {
      ...before,
      base: { ...before.base, ...copy.base },
      dayUsd: settings.setsDay ? copy.dayUsd : before.dayUsd,
    },
    protections: { ...strategy?.protections, ...protections },
    hash: strategy?.hash ?? "",
  });
  return {
    ...run,
    engine: { ...engine, strategyHash: strategy?.hash ?? null },
    delayMs: settings.delayMs ?? run.delayMs,
    lookbackMs: varied.REPUTATION_LOOKBACK_DAYS * DAY_MS,
  };
}
