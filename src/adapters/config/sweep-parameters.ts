/** What a sweep may vary: names of the strategy file, of the environment, and a few of the backtest itself. */
import { z } from "zod";
import type { Grid, GridPoint, GridValue } from "../../core/backtest/sweep/grid.ts";
import type { Strategy } from "../../core/copy/strategy.ts";
import { InputError } from "../../core/errors.ts";
import { type Environment, variables } from "./environment.ts";
import { closest } from "./near-miss.ts";
import { strategySchema, toStrategy } from "./strategy-schema.ts";

/** What one point says differently from the present settings. */
export type SweepSettings = {
  readonly environment: Partial<Environment>;
  readonly strategy: Pick<Strategy, "copy" | "protections">;
  /** Whether the day's budget is one of the parameters: null is a value of it. */
  readonly setsDay: boolean;
  readonly delayMs: number | null;
};

const DELAY = "delay";
const DELAY_LABEL = "seconds from 0 to 10";
const ALIASES: Readonly<Record<string, keyof Environment>> = {
  capital: "CAPITAL_USD",
  minScore: "MIN_WHALE_SCORE",
};
const ENVIRONMENT = [
  ...["CAPITAL_USD", "REPUTATION_LOOKBACK_DAYS", "ENABLE_WHALE_FOLLOWING", "MIN_WHALE_SCORE", "MIN_WHALE_TRADE_USD"],
  ...["ENABLE_DEGEN_FADING", "MAX_FADE_SCORE", "PANIC_WINDOW_SECONDS", "SIGNAL_TTL_SECONDS", "MIN_SIGNAL_CONFIDENCE"],
  ...["ENABLE_ML", "MODEL_FILE", "MODEL_MARGIN_USD"],
  ...["SIZING", "KELLY_FRACTION", "MAX_POSITION_USD", "MAX_OPEN_POSITIONS", "MAX_DAILY_LOSS"],
];
const BASE = Object.keys(strategySchema.shape.base.unwrap().shape).filter((name) => name !== "stake");
/** Of `stake`, of which a file has one. */
const STAKES = ["kelly", "fixedUsd"];
const PROTECTIONS = Object.keys(strategySchema.shape.protections.unwrap().shape);
const LISTS = ["onlyCategories", "notCategories"];
const DAY = "dayUsd";

export const SWEEP_PARAMETERS: readonly string[] = [
  ...[DELAY, ...Object.keys(ALIASES), DAY, ...STAKES, ...BASE, ...PROTECTIONS],
  ...ENVIRONMENT,
];

const gridSchema = z.record(
  z.string(),
  z
    .array(
      z.union([z.number(), z.string(), z.boolean(), z.null()], {
        error: "must be a number, a text, true, false or null",
      }),
      {
        error: "must be a list of values",
      },
    )
    .min(1, { error: "must have a value at least" }),
  { error: 'must be { "parameter": [values] }' },
);

/**
 * @param source of the values, for messages
 * @throws InputError naming what is wrong and what is known
 */
export function parseGrid(value: unknown, source: string): Grid {
  const parsed = gridSchema.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: "cannot be read" };
    throw refuse(`${source}: ${[...path, ""].join(" ")}${message}`);
  }
  const grid = parsed.data;
  for (const [name, values] of Object.entries(grid)) {
    if (!SWEEP_PARAMETERS.includes(name)) throw unknown(name);
    for (const each of values) toSettings({ [name]: each });
    if (new Set(values).size < values.length) throw refuse(`${name} has a value twice`);
  }
  const twice = Object.entries(ALIASES).find(([alias, name]) => alias in grid && name in grid);
  if (twice !== undefined) throw refuse(`${twice.join(" and ")} are one parameter: give one of them`);
  if (STAKES.every((name) => name in grid)) throw refuse("kelly and fixedUsd exclude each other: give one of them");
  return grid;
}

/** `name=1,2,3` of a command line: numbers, true, false, none, or text. */
export function parseParameter(text: string): readonly [name: string, values: readonly GridValue[]] {
  const [, name, list] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || list === undefined) throw refuse(`${text}: write --param name=value,value`);
  return [name, list.split(",").map((each) => parseValue(each.trim()))];
}

function parseValue(text: string): GridValue {
  if (text === "none") return null;
  if (text === "true" || text === "false") return text === "true";
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** @throws InputError where a value is not what its name takes */
export function toSettings(point: GridPoint): SweepSettings {
  const environment: Record<string, unknown> = {};
  const file: Record<"base" | "protections", Record<string, unknown>> = { base: {}, protections: {} };
  let delayMs: number | null = null;
  for (const [name, value] of Object.entries(point)) {
    const variable = ALIASES[name] ?? name;
    if (name === DELAY) delayMs = toDelay(value);
    else if (ENVIRONMENT.includes(variable)) environment[variable] = toVariable(name, variable, value);
    else if (STAKES.includes(name)) file.base.stake = { [name]: value };
    else if (BASE.includes(name)) file.base[name] = LISTS.includes(name) ? toList(value) : value;
    else if (PROTECTIONS.includes(name)) file.protections[name] = value;
  }
  const parsed = strategySchema.safeParse({ ...file, dayUsd: point[DAY] });
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: "cannot be read" };
    throw refuse(`${path.at(-1) === "stake" ? STAKES.find((name) => name in point) : String(path.at(-1))} ${message}`);
  }
  return { environment, strategy: toStrategy(parsed.data, ""), setsDay: DAY in point, delayMs };
}

function toDelay(value: GridValue): number {
  if (typeof value !== "number" || value < 0 || value > 10) throw refuse(`${DELAY} must be ${DELAY_LABEL}`);
  return value * 1_000;
}

function toVariable(name: string, variable: string, value: GridValue): unknown {
  const parsed = variables.get(variable)?.kind.schema.safeParse(String(value));
  if (parsed?.success) return parsed.data;
  throw refuse(`${name} ${parsed?.error.issues[0]?.message ?? "is not known"}`);
}

/** Categories joined by "+". */
const toList = (value: GridValue): GridValue | readonly string[] =>
  typeof value === "string" ? value.split("+") : value;

function unknown(name: string): InputError {
  const upper = new Map(SWEEP_PARAMETERS.map((each) => [each.toUpperCase(), each]));
  const meant = closest(name, upper.keys(), 3);
  const hint = meant === null ? "" : `; did you mean ${upper.get(meant)}?`;
  return refuse(`${name} is not a parameter${hint}\nParameters: ${SWEEP_PARAMETERS.join(", ")}`);
}

const refuse = (message: string): InputError => new InputError("SWEEP_PARAMETER", message, {});
