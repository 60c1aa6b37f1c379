import type { Environment } from "../../adapters/config/environment.ts";
import { readModel } from "../../adapters/model/model-file.ts";
import type { EngineConfig } from "../../core/engine/state.ts";
import type { SignalModel } from "../../core/model/price-model.ts";
import type { Logger } from "../../ports/logger.ts";
import type { StoredModel } from "../../ports/model.ts";

/**
 * The part of the engine's configuration that ENABLE_ML switches on.
 * @throws ConfigError where the file cannot be used
 */
export function modelOf({
  ENABLE_ML,
  MODEL_FILE,
  MODEL_MARGIN_USD,
}: Pick<Environment, "ENABLE_ML" | "MODEL_FILE" | "MODEL_MARGIN_USD">): Pick<EngineConfig, "model"> {
  return ENABLE_ML && MODEL_FILE !== null ? { model: toSignalModel(readModel(MODEL_FILE), MODEL_MARGIN_USD) } : {};
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
