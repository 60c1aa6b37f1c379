import type { Environment } from "../../adapters/config/environment.ts";
import { readModel } from "../../adapters/model/model-file.ts";
import type { EngineConfig } from "../../core/engine/state.ts";
import { InputError } from "../../core/errors.ts";
import type { SignalModel } from "../../core/model/price-model.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { Logger } from "../../ports/logger.ts";
import type { StoredModel } from "../../ports/model.ts";

type ModelSettings = Pick<Environment, "ENABLE_ML" | "MODEL_FILE" | "MODEL_MARGIN_USD">;

/**
 * The part of the engine's configuration that ENABLE_ML switches on.
 * @throws ConfigError where the file cannot be used
 */
export function modelOf({ ENABLE_ML, MODEL_FILE, MODEL_MARGIN_USD }: ModelSettings): Pick<EngineConfig, "model"> {
  return ENABLE_ML && MODEL_FILE !== null ? { model: toSignalModel(readModel(MODEL_FILE), MODEL_MARGIN_USD) } : {};
}

/** @throws InputError where a backtest would ask the model about what it learned from */
export function refuseLearned(environment: ModelSettings, from: EpochMs): void {
  const { ENABLE_ML, MODEL_FILE } = environment;
  if (!ENABLE_ML || MODEL_FILE === null) return;
  const { to } = readModel(MODEL_FILE).model;
  if (from >= to) return;
  throw new InputError(
    "SPAN_WAS_LEARNED",
    `the model learned from what was known until ${new Date(to).toISOString()}: begin there or later with --from, or set ENABLE_ML=false`,
    {},
  );
}

/** What decisions need of a model; its metrics stay in the file. */
export function toSignalModel({ hash, model }: StoredModel, margin: number): SignalModel {
  const { intercept, coefficients, featuresVersion, minTradeUsd, trust } = model;
  return { hash, featuresVersion, minTradeUsd, trust, margin, intercept, coefficients };
}

export function tellModel(logger: Logger, { hash, trust }: SignalModel): void {
  if (trust > 0) logger.info("model", { hash, trust });
  else logger.warn("the model is no better than the price and will make no signal", { hash });
}
