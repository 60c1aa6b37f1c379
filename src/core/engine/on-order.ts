import { assert } from "../assert.ts";
import { leaderOf } from "../copy/copy-rules.ts";
import { returnUnspent } from "../copy/spent.ts";
import type { Execution, OrderRequest, OrderResult, UnfilledReason } from "../execution/order.ts";
import { type Position, type Realization, sellFromPosition } from "../execution/position.ts";
import { answeredControl } from "../execution/reverse-control.ts";
import { orderSize, totalExecutions } from "../execution/simulate-fill.ts";
import { addUsd, formatPrice, formatUsd, priceOf, subUsd, type UsdMicros, ZERO_USD } from "../money/amounts.ts";
import { without } from "../record.ts";
import { bookRealization, refreshEquity } from "./account.ts";
import { andThen, type ChangedRow, type Command, type StepResult, unchanged } from "./command.ts";
import { enterPosition, positionFacts, signalOf } from "./entries.ts";
import type { EventOf } from "./event.ts";
import { inheritExit, retryExit, withPosition } from "./exits.ts";
import { correctOrder, remember, rememberClosed } from "./order-corrections.ts";
import { executeSignal, skipSignal } from "./signals.ts";
import type { EngineState } from "./state.ts";

/** The venue's answer. An answer to an order that is not in flight any more is an echo and changes nothing. */
export function onOrderResult(state: EngineState, { clientOrderId, result }: EventOf<"orderResult">): StepResult {
  const inFlight = state.orders[clientOrderId];
  if (inFlight === undefined) return unchanged(state);
  const { order, booked: before = [] } = inFlight;
  const executions = result.status === "filled" ? result.executions : [];
  const landed = remember({ ...state, orders: without(state.orders, clientOrderId) }, inFlight, executions);
  const answered = answer(landed, order, before, result);
  const inherited = order.side === "SELL" ? answered : andThen(answered, (next) => inheritExit(next, inFlight));
  return andThen(withHypotheses(inherited, order, result), (next) => refreshEquity(next, next.at));
}

function answer(
  state: EngineState,
  order: OrderRequest,
  before: readonly Execution[],
  result: OrderResult,
): StepResult {
  if (before.length > 0) return finishEntry(state, order, before, result.status === "filled" ? result.executions : []);
  if (result.status === "unfilled") return onUnfilled(state, order, result.reason);
  return order.side === "BUY" ? onBought(state, order, result.executions) : onSold(state, order, result.executions);
}

/** In rows alone: decisions do not depend on what might have been. */
function withHypotheses(booked: StepResult, order: OrderRequest, { estimates, reverse }: OrderResult): StepResult {
  const changes: ChangedRow[] = booked.changes.map((change) =>
    estimates !== undefined && change.kind === "order" ? { ...change, estimates } : change,
  );
  const { signalId } = order;
  if (reverse !== undefined && order.side === "BUY" && signalId !== null) {
    changes.push({ kind: "control", control: answeredControl({ ...order, signalId }, reverse, booked.state.at) });
  }
  return { ...booked, changes };
}

function onUnfilled(before: EngineState, order: OrderRequest, reason: UnfilledReason): StepResult {
  const state = giveBack(before, order, ZERO_USD);
  const row: ChangedRow = { kind: "order", order, status: "UNFILLED", reason, executions: [], at: state.at };
  const told: StepResult = { state, commands: [], changes: [row] };
  if (order.side === "BUY") {
    assert(order.signalId !== null, "an entry has a signal", { clientOrderId: order.clientOrderId });
    const { signalId } = order;
    const refusal = { code: "NOT_FILLED", limit: formatPrice(order.limitPrice), value: reason } as const;
    return andThen(told, (next) => skipSignal(next, signalId, refusal));
  }
  const position = state.positions[order.positionId];
  if (position === undefined || position.exit === null) return told;
  const { exit } = position;
  return andThen(told, (next) => unchanged(retryExit(next, position, exit)));
}

function onBought(state: EngineState, order: OrderRequest, executions: readonly Execution[]): StepResult {
  const signal = signalOf(state, order);
  const counted = giveBack(state, order, totalExecutions(executions).cashUsd);
  const opened = enterPosition(counted, order, signal, executions);
  const told = { ...opened, changes: [filledRow(counted, order, executions), ...opened.changes] };
  return andThen(told, (next) => executeSignal(next, signal.id));
}

/** The end of an entry of which a part is booked. */
function finishEntry(
  state: EngineState,
  order: OrderRequest,
  booked: readonly Execution[],
  executions: readonly Execution[],
): StepResult {
  const signal = signalOf(state, order);
  const counted = giveBack(state, order, totalExecutions(executions).cashUsd);
  const corrected = correctOrder(counted, order, signal, booked, executions);
  const row =
    executions.length > 0
      ? filledRow(counted, order, executions)
      : ({ kind: "order", order, status: "UNFILLED", reason: "SETTLEMENT_FAILED", executions, at: state.at } as const);
  const told = { ...corrected, changes: [{ ...row, isCorrection: true as const }, ...corrected.changes] };
  return andThen(told, (next) => executeSignal(next, signal.id));
}

/** What an entry did not spend does not count against the budgets. */
export function giveBack(state: EngineState, order: OrderRequest, cashUsd: UsdMicros): EngineState {
  const signal = order.signalId === null ? undefined : state.signals[order.signalId];
  if (order.side !== "BUY" || signal === undefined) return state;
  const wallet = leaderOf(signal)?.wallet ?? null;
  const spent = returnUnspent(state.spent, wallet, subUsd(order.stakeUsd, cashUsd), order.approvedAt);
  return spent === state.spent ? state : { ...state, spent };
}

function onSold(state: EngineState, order: OrderRequest, executions: readonly Execution[]): StepResult {
  const position = state.positions[order.positionId];
  const exit = position?.exit;
  assert(position !== undefined && exit != null, "a position lives until its order is answered", {
    clientOrderId: order.clientOrderId,
  });
  const realization = sellFromPosition(position, executions, exit.reason, state.at);
  const told: StepResult = { state, commands: [], changes: [filledRow(state, order, executions)] };
  const sold = andThen(told, (next) => realize(next, realization));
  const { signalId } = exit;
  return signalId === null ? sold : andThen(sold, (next) => executeSignal(next, signalId));
}

/** Books a sale or a settlement; a position that is closed by it leaves the state. */
export function realize(state: EngineState, realization: Realization): StepResult {
  const { position } = realization;
  const booked = bookRealization(state, realization);
  const changes: readonly ChangedRow[] = [{ kind: "position", position, at: state.at }];
  if (position.status === "OPEN") {
    const rest = position.exit === null ? withPosition(booked, position) : retryExit(booked, position, position.exit);
    return { state: rest, commands: [], changes };
  }
  const gone: EngineState = { ...booked, positions: without(booked.positions, position.id) };
  return { state: rememberClosed(gone, position), commands: [closedNotice(position)], changes };
}

export function filledRow(
  state: EngineState,
  order: OrderRequest,
  executions: readonly Execution[],
): Extract<ChangedRow, { kind: "order" }> {
  const { size, cashUsd } = totalExecutions(executions);
  const whole = order.side === "SELL" ? size >= orderSize(order) : cashUsd >= almost(order.stakeUsd);
  const status = whole ? "FILLED" : "PARTIALLY_FILLED";
  return { kind: "order", order, status, reason: null, executions, at: state.at };
}

/** Shares come on a grid, so a few cents of the stake may be left over although the book had more. */
const almost = (stakeUsd: UsdMicros): UsdMicros => subUsd(stakeUsd, 10_000n as UsdMicros);

function closedNotice(position: Position): Command {
  const kind = position.realizedUsd > 0n ? "win" : "loss";
  const costUsd = addUsd(position.entryCashUsd, position.entryFeesUsd);
  return {
    kind: "notify",
    notice: {
      kind,
      key: `${kind}-${position.id}`,
      facts: {
        ...positionFacts(position),
        closeReason: position.closeReason,
        entryPrice: formatPrice(priceOf(position.entryCashUsd, position.entryShares, "halfEven")),
        exitPrice: formatPrice(priceOf(position.exitCashUsd, position.exitShares, "halfEven")),
        costUsd: formatUsd(costUsd),
        profitUsd: formatUsd(position.realizedUsd),
      },
    },
  };
}
