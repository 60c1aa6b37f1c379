import type { Environment } from "../../adapters/config/environment.ts";
import { type SweepSettings, toSettings } from "../../adapters/config/sweep-parameters.ts";
import type { RunOptions } from "../../core/backtest/run.ts";
import type { GridPoint } from "../../core/backtest/sweep/grid.ts";
import type { WalkWindow } from "../../core/backtest/sweep/walk-forward.ts";
import { applyStrategy, type Strategy } from "../../core/copy/strategy.ts";
import { hashValue } from "../../core/engine/state-hash.ts";
import { InputError } from "../../core/errors.ts";
import { addMs, DAY_MS, type EpochMs } from "../../core/time/time.ts";
import type { HistoryCoverage } from "../../ports/backtest.ts";
import type { Sweep, SweepPlan, SweepVariant } from "../../ports/sweep.ts";
import { variantHash } from "../../services/backtest/backtest.ts";
import { engineConfig } from "../engine-config.ts";
import { modelOf, refuseLearned } from "../model/load-model.ts";
import { time } from "./figures.ts";

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

/**
 * Days on which nothing happened judge nobody. One is there by default, so that what was bought last is resolved.
 * @throws InputError where a window reaches further beyond the fills than that
 */
export function requireFills(
  windows: readonly WalkWindow[],
  { from }: Pick<SweepPlan, "from">,
  { firstAt, lastAt }: Pick<HistoryCoverage, "firstAt" | "lastAt">,
): void {
  const [first, last] = [windows[0], windows.at(-1)];
  if (first === undefined || last === undefined || firstAt === null || lastAt === null) return;
  const dayAt = (day: number): EpochMs => addMs(from, day * DAY_MS);
  const isEarly = addMs(dayAt(first.fit.from), 2 * DAY_MS) < firstAt;
  if (!isEarly && dayAt(last.judge.to) <= addMs(lastAt, 2 * DAY_MS)) return;
  const { judge, fit } = isEarly ? first : last;
  const [what, begin, end] = isEarly ? ["fitted", fit.from, fit.to] : ["judged", judge.from, judge.to];
  throw new InputError(
    "WINDOW_WITHOUT_FILLS",
    `the window that is ${what} from ${time(dayAt(begin))} to ${time(dayAt(end))} has days without fills, which are held from ` +
      `${time(firstAt)} to ${time(lastAt)}: ${isEarly ? "begin later with --from" : "end earlier with --to"}, or shorten --fit and --judge`,
    {},
  );
}
