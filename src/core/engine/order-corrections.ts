import { correctEntry, correctExit } from "../execution/correct-position.ts";
import type { Execution, OrderRequest } from "../execution/order.ts";
import type { Position, Realization } from "../execution/position.ts";
import { totalExecutions } from "../execution/simulate-fill.ts";
import { addUsd, subUsd } from "../money/amounts.ts";
import type { DayRecord } from "../performance/day.ts";
import { addRealization } from "../performance/day.ts";
import { without } from "../record.ts";
import type { Signal } from "../signals/signal.ts";
import { isoDate } from "../time/time.ts";
import { andThen, type StepResult, unchanged } from "./command.ts";
import { enterPosition } from "./entries.ts";
import { retryExit, withPosition } from "./exits.ts";
import { skipSignal } from "./signals.ts";
import type { AnsweredOrder, EngineState, OrderInFlight } from "./state.ts";

/** So many are kept for the venue's corrections; they come within minutes. */
const KEPT = 24;

/** Paper's answers are final. */
export function remember(state: EngineState, inFlight: OrderInFlight, executions: readonly Execution[]): EngineState {
  if (state.config.mode !== "LIVE") return state;
  const { order, leaderExit = null, exit } = inFlight;
  const isEmptyEntry = order.side === "BUY" && executions.length === 0 && order.signalId !== null;
  const signal = isEmptyEntry ? (state.signals[order.signalId] ?? null) : null;
  const bare: AnsweredOrder = { order, executions, signal };
  // The exit's signal ends with the answer.
  const wanted = exit === undefined ? {} : { exit: { ...exit, signalId: null } };
  const answered = signal === null ? bare : { ...bare, leaderExit, ...wanted };
  return { ...state, answered: [...(state.answered ?? []), answered].slice(-KEPT) };
}

type EmptyEntry = AnsweredOrder & { readonly signal: Signal };

const isEmptyEntry = (each: AnsweredOrder): each is EmptyEntry => each.signal !== null && each.executions.length === 0;

/** Entries that came to nothing, of which a trade may come late. */
export const emptyEntries = ({ answered = [] }: EngineState): readonly EmptyEntry[] => answered.filter(isEmptyEntry);

/** @returns the same object where nothing changed */
export function mapEmptyEntries(state: EngineState, change: (entry: EmptyEntry) => AnsweredOrder): EngineState {
  const { answered = [] } = state;
  const changed = answered.map((each) => (isEmptyEntry(each) ? change(each) : each));
  return changed.every((each, index) => each === answered[index]) ? state : { ...state, answered: changed };
}

export function rememberClosed(state: EngineState, position: Position): EngineState {
  if (state.config.mode !== "LIVE") return state;
  const others = (state.closed ?? []).filter(({ id }) => id !== position.id);
  return { ...state, closed: [...others, position].slice(-KEPT) };
}

/**
 * Books an order's executions where others were booked before: the position, whether it is open or not, cash, profit.
 * @param signal of an entry that had opened none; null: not known any more, then nothing can be opened
 */
export function correctOrder(
  state: EngineState,
  order: OrderRequest,
  signal: Signal | null,
  booked: readonly Execution[],
  executions: readonly Execution[],
): StepResult {
  const [before, after] = [totalExecutions(booked), totalExecutions(executions)];
  if (before.size === after.size && before.cashUsd === after.cashUsd && before.feesUsd === after.feesUsd)
    return unchanged(state);
  const position = state.positions[order.positionId] ?? state.closed?.find(({ id }) => id === order.positionId) ?? null;
  if (position === null) {
    if (order.side === "SELL" || signal === null || before.size > 0n) return unchanged(state);
    return enterPosition(state, order, signal, executions);
  }
  const correct = order.side === "BUY" ? correctEntry : correctExit;
  const corrected = bookCorrection(state, position, correct(position, before, after, state.at));
  return andThen(corrected, (next) => endExit(next, position));
}

/** A position that is no more needs no exit; one that is ours again because its sale failed is to be sold again. */
function endExit(state: EngineState, before: Position): StepResult {
  const now = state.positions[before.id];
  const { exit, closeReason } = before;
  if (now === undefined) {
    const refusal = { code: "NOTHING_TO_DO", limit: "an open position", value: "voided" } as const;
    return exit?.signalId ? skipSignal(state, exit.signalId, refusal) : unchanged(state);
  }
  if (closeReason === null || closeReason === "RESOLUTION" || closeReason === "VOIDED") return unchanged(state);
  return unchanged(retryExit(state, now, { reason: closeReason, signalId: null }));
}

function bookCorrection(state: EngineState, before: Position, correction: Realization): StepResult {
  const { position } = correction;
  const booked: EngineState = {
    ...state,
    cashUsd: addUsd(state.cashUsd, correction.cashUsd),
    realizedUsd: addUsd(state.realizedUsd, correction.netUsd),
    day: recount(state.day, before, correction),
    ...(state.closed && { closed: state.closed.filter(({ id }) => id !== position.id) }),
  };
  const next =
    position.status === "OPEN"
      ? withPosition(booked, position)
      : rememberClosed({ ...booked, positions: without(booked.positions, position.id) }, position);
  return { state: next, commands: [], changes: [{ kind: "position", position, at: state.at }] };
}

/** A win or a loss of this day that was none, or another one, is counted anew; what never was is neither. */
function recount(day: DayRecord, before: Position, correction: Realization): DayRecord {
  const { position } = correction;
  const wasCounted =
    before.status === "CLOSED" &&
    before.closeReason !== "VOIDED" &&
    isoDate(before.closedAt ?? before.openedAt) === day.date;
  const cleared = wasCounted ? uncount(day, before) : day;
  const isCounted =
    position.status === "CLOSED" && position.closeReason !== "VOIDED" && (wasCounted || before.status === "OPEN");
  return addRealization(cleared, isCounted ? correction : { ...correction, position: { ...position, status: "OPEN" } });
}

function uncount(day: DayRecord, { realizedUsd }: Position): DayRecord {
  return realizedUsd > 0n
    ? { ...day, wins: day.wins - 1, wonUsd: subUsd(day.wonUsd, realizedUsd) }
    : { ...day, losses: day.losses - 1, lostUsd: addUsd(day.lostUsd, realizedUsd) };
}
