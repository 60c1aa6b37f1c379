import { assert } from "../assert.ts";
import { leaderOf } from "../copy/copy-rules.ts";
import { returnUnspent } from "../copy/spent.ts";
import type { Execution, OrderRequest, OrderResult, UnfilledReason } from "../execution/order.ts";
import { openPosition, type Position, type Realization, sellFromPosition } from "../execution/position.ts";
import { answeredControl } from "../execution/reverse-control.ts";
import { orderSize, totalExecutions } from "../execution/simulate-fill.ts";
import {
  addUsd,
  formatPrice,
  formatShares,
  formatUsd,
  priceOf,
  subUsd,
  type UsdMicros,
  ZERO_USD,
} from "../money/amounts.ts";
import { without } from "../record.ts";
import { bookRealization, refreshEquity } from "./account.ts";
import { andThen, type ChangedRow, type Command, type StepResult, unchanged } from "./command.ts";
import type { EventOf } from "./event.ts";
import { retryExit, withPosition } from "./exits.ts";
import { executeSignal, skipSignal } from "./signals.ts";
import type { EngineState } from "./state.ts";

/** The venue's answer. An answer to an order that is not in flight any more is an echo and changes nothing. */
export function onOrderResult(state: EngineState, { clientOrderId, result }: EventOf<"orderResult">): StepResult {
  const inFlight = state.orders[clientOrderId];
  if (inFlight === undefined) return unchanged(state);
  const { order } = inFlight;
  const landed: EngineState = { ...state, orders: without(state.orders, clientOrderId) };
  if (result.status === "unfilled") {
    return withHypotheses(onUnfilled(landed, order, result.reason), order, result);
  }
  const filled = order.side === "BUY" ? onBought : onSold;
  const booked = withHypotheses(filled(landed, order, result.executions), order, result);
  return andThen(booked, (next) => refreshEquity(next, next.at));
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
  assert(order.side === "BUY" && order.signalId !== null, "an entry has a signal", {
    clientOrderId: order.clientOrderId,
  });
  const signal = state.signals[order.signalId];
  assert(signal !== undefined, "a signal lives until its order is answered", { clientOrderId: order.clientOrderId });
  const { cashUsd, feesUsd } = totalExecutions(executions);
  assert(cashUsd <= order.stakeUsd, "a fill never costs more than its stake", { clientOrderId: order.clientOrderId });
  const position = openPosition(signal, executions, state.config.mode, state.at);
  const counted = giveBack(state, order, cashUsd);
  const paid: EngineState = withPosition(
    { ...counted, cashUsd: subUsd(state.cashUsd, addUsd(cashUsd, feesUsd)) },
    position,
  );
  const opened: StepResult = {
    state: paid,
    commands: [executedNotice(position, order)],
    changes: [filledRow(paid, order, executions), { kind: "position", position, at: paid.at }],
  };
  return andThen(opened, (next) => executeSignal(next, signal.id));
}

/** What an entry did not spend does not count against the budgets. */
function giveBack(state: EngineState, order: OrderRequest, cashUsd: UsdMicros): EngineState {
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
  return {
    state: { ...booked, positions: without(booked.positions, position.id) },
    commands: [closedNotice(position)],
    changes,
  };
}

function filledRow(state: EngineState, order: OrderRequest, executions: readonly Execution[]): ChangedRow {
  const { size, cashUsd } = totalExecutions(executions);
  const whole = order.side === "SELL" ? size >= orderSize(order) : cashUsd >= almost(order.stakeUsd);
  const status = whole ? "FILLED" : "PARTIALLY_FILLED";
  return { kind: "order", order, status, reason: null, executions, at: state.at };
}

/** Shares come on a grid, so a few cents of the stake may be left over although the book had more. */
const almost = (stakeUsd: UsdMicros): UsdMicros => subUsd(stakeUsd, 10_000n as UsdMicros);

const executedNotice = (position: Position, order: OrderRequest): Command => ({
  kind: "notify",
  notice: {
    kind: "executed",
    key: `executed-${position.id}`,
    facts: {
      ...positionFacts(position),
      shares: formatShares(position.entryShares),
      entryPrice: formatPrice(priceOf(position.entryCashUsd, position.entryShares, "halfEven")),
      limitPrice: formatPrice(order.limitPrice),
      costUsd: formatUsd(position.openCostUsd),
      feesUsd: formatUsd(position.entryFeesUsd),
    },
  },
});

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

export const positionFacts = (position: Position) => ({
  positionId: position.id,
  signalType: position.signalType,
  mode: position.mode,
  market: position.marketTitle ?? position.marketId,
  outcome: position.outcome ?? position.outcomeIndex,
});
