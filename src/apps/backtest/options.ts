/** What backtest and sweep have in common: flags of the command line, and the options of a run. */
import { InvalidArgumentError } from "commander";
import type { Environment } from "../../adapters/config/environment.ts";
import { createStrategyFile, findStrategyFile } from "../../adapters/config/strategy-file.ts";
import type { RunOptions } from "../../core/backtest/run.ts";
import type { Strategy } from "../../core/copy/strategy.ts";
import { InputError } from "../../core/errors.ts";
import { parseUsd, type UsdMicros } from "../../core/money/amounts.ts";
import { addMs, DAY_MS, type EpochMs, epochMs } from "../../core/time/time.ts";
import type { HistoryCoverage } from "../../ports/backtest.ts";
import { PAPER_LATENCY_MS } from "../executor.ts";
import { time } from "./figures.ts";

/** For how long after an order's arrival trades count as the book that it met: a signal's life. */
const EVIDENCE_MS = 60_000;

export function parseTime(text: string): EpochMs {
  const at = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError("A date such as 2026-01-31 or a time such as 2026-01-31T12:00Z is needed.");
  return epochMs(at);
}

export function parseCapital(text: string): UsdMicros {
  const usd = parseUsd(text);
  if (usd === null || usd <= 0n) throw new InvalidArgumentError("An amount above 0, such as 10000, is needed.");
  return usd;
}

export function parseWhole(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isInteger(number) || number < 0)
    throw new InvalidArgumentError("A whole number is needed.");
  return number;
}

export function parseSeconds(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !(number >= 0) || number > 10)
    throw new InvalidArgumentError("Seconds from 0 to 10 are needed: an older fill is no signal.");
  return number;
}

/** The strategy file that is named or has one of the usual names; null: there is none. @throws ConfigError */
export async function readStrategyOnce(
  { STRATEGY_FILE }: Pick<Environment, "STRATEGY_FILE">,
  named?: string,
): Promise<Strategy | null> {
  const file = findStrategyFile(named ?? STRATEGY_FILE);
  return file === null ? null : createStrategyFile(file).poll();
}

/** @throws InputError where no fill lies between */
export function chooseSpan(
  { firstAt, lastAt }: Pick<HistoryCoverage, "firstAt" | "lastAt">,
  flags: { readonly from?: EpochMs; readonly to?: EpochMs; readonly delay: number },
): Pick<RunOptions, "from" | "to"> {
  if (firstAt === null || lastAt === null) {
    throw new InputError(
      "HISTORY_EMPTY",
      "there are no finalized fills to trade on: run `orderflow backfill` or `orderflow import` first",
      {},
    );
  }
  const from = flags.from ?? firstAt;
  const to = flags.to ?? addMs(lastAt, flags.delay * 1_000 + DAY_MS);
  const held = `fills are held from ${time(firstAt)} to ${time(lastAt)}`;
  if (flags.from !== undefined && flags.to !== undefined && to <= from) {
    throw new InputError("SPAN_EMPTY", `--to has to be later than --from; ${held}`, {});
  }
  if (from <= addMs(lastAt, flags.delay * 1_000) && to > firstAt) return { from, to };
  const wrong = to <= firstAt ? `--to ${time(to)} lies before` : `--from ${time(from)} lies behind`;
  throw new InputError("SPAN_EMPTY", `${wrong} everything that could be traded: ${held}`, {});
}

/** All but what is traded, and when. */
export const runDefaults = (flags: { readonly delay: number; readonly seed: number }, lookbackDays: number) => ({
  ...{ delayMs: flags.delay * 1_000, latencyMs: PAPER_LATENCY_MS, evidenceMs: EVIDENCE_MS },
  ...{ lookbackMs: lookbackDays * DAY_MS, seed: flags.seed, trades: true },
});
