import { assert, unreachable } from "../assert.ts";
import type { EpochMs } from "../time/time.ts";
import { assertConserved } from "./account.ts";
import { andThen, type StepResult, unchanged } from "./command.ts";
import type { EngineEvent } from "./event.ts";
import { onBook, onBookFailed } from "./on-book.ts";
import { onCommand } from "./on-command.ts";
import { onFill, onRetraction } from "./on-fill.ts";
import { onOrderResult } from "./on-order.ts";
import { onOrderCorrected, onOrderProgress } from "./on-order-news.ts";
import { onResolution } from "./on-resolution.ts";
import { onMarks, onReconfigured, onTick, performanceChange, rollDay } from "./on-tick.ts";
import { withdrawUnwanted } from "./resting-orders.ts";
import { createState, type EngineState, upgradeConfig } from "./state.ts";

/** Raised with every change of what a step decides; written beside each step in the journal. */
export const RULE_VERSION = 13;

/**
 * The one decision function of backtest, paper and live trading. Pure: the same state and event give the same result,
 * whatever the clock says and however the state was loaded.
 * @param state null before the first event, which is `started`.
 * @returns the very same state object where nothing changed.
 */
export function step(state: EngineState | null, event: EngineEvent): StepResult {
  if (state === null) {
    assert(event.kind === "started", "the first event starts the engine", { kind: event.kind });
    const created = createState(upgradeConfig(event.config), event.at);
    return { state: created, commands: [], changes: [performanceChange(created)] };
  }
  // Time does not run back: an answer that was on its way while a later event was told is told now.
  const at = (event.at > state.at ? event.at : state.at) as EpochMs;
  const rolled = rollDay(state, at);
  const handled = andThen(rolled, (today) => handle(today, { ...event, at }));
  if (handled.state === state) return handled;
  // Most steps are fills of which nothing follows.
  const isTrade = TRADING.some((part) => handled.state[part] !== state[part]);
  const result = isTrade ? andThen(handled, withdrawUnwanted) : handled;
  const next = result.state;
  if (isTrade) assertConserved(next);
  const shown = next.day === rolled.state.day && next.equity === rolled.state.equity;
  return shown ? result : { ...result, changes: [...result.changes, performanceChange(next)] };
}

/** What money is made of, and what decides over orders that rest. */
const TRADING = [
  ...(["config", "tradingState", "entriesStoppedUntil", "protections", "startUsd", "cashUsd", "realizedUsd"] as const),
  ...(["orders", "positions"] as const),
];

function handle(before: EngineState, event: EngineEvent): StepResult {
  const result = dispatch(before.at === event.at ? before : { ...before, at: event.at }, event);
  // Time alone is no change: a step that did nothing leaves the state as it was.
  const { state } = result;
  const moved = Object.keys(state).some(
    (key) => key !== "at" && state[key as keyof EngineState] !== before[key as keyof EngineState],
  );
  return moved ? result : { ...result, state: before };
}

function dispatch(state: EngineState, event: EngineEvent): StepResult {
  switch (event.kind) {
    case "started":
      return unchanged({ ...state, config: upgradeConfig(event.config) });
    case "reconfigured":
      return onReconfigured(state, event);
    case "fillObserved":
      return onFill(state, event);
    case "blocksRetracted":
      return onRetraction(state, event);
    case "bookObserved":
      return onBook(state, event);
    case "bookFailed":
      return onBookFailed(state, event);
    case "orderResult":
      return onOrderResult(state, event);
    case "orderProgressed":
      return onOrderProgress(state, event);
    case "orderCorrected":
      return onOrderCorrected(state, event);
    case "positionsMarked":
      return onMarks(state, event);
    case "marketResolved":
      return onResolution(state, event);
    case "commanded":
      return onCommand(state, event);
    case "ticked":
      return onTick(state, event);
    default:
      return unreachable(event);
  }
}
