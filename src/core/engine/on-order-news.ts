import { assert } from "../assert.ts";
import { returnUnspent, type Spent } from "../copy/spent.ts";
import type { Execution, OrderRequest } from "../execution/order.ts";
import { totalExecutions } from "../execution/simulate-fill.ts";
import { confirmedExecutions } from "../execution/venue-trades.ts";
import { addUsd, maxUsd, subUsd, ZERO_USD } from "../money/amounts.ts";
import { withEntry } from "../record.ts";
import { refreshEquity } from "./account.ts";
import { andThen, type ChangedRow, type StepResult, unchanged } from "./command.ts";
import { signalOf } from "./entries.ts";
import type { EventOf } from "./event.ts";
import { inheritExit } from "./exits.ts";
import { filledRow } from "./on-order.ts";
import { correctOrder } from "./order-corrections.ts";
import type { EngineState, OrderInFlight } from "./state.ts";

/** A part of a resting order is final: it is held and watched from now on, and the rest of the stake stays set aside. */
export function onOrderProgress(
  state: EngineState,
  { clientOrderId, executions }: EventOf<"orderProgressed">,
): StepResult {
  const inFlight = state.orders[clientOrderId];
  if (inFlight === undefined) return unchanged(state);
  const { order, booked = [], worstCostUsd } = inFlight;
  const [before, after] = [totalExecutions(booked), totalExecutions(executions)];
  // Told again after a start.
  if (after.size <= before.size) return unchanged(state);
  assert(order.side === "BUY", "only entries rest", { clientOrderId });
  const spentUsd = subUsd(addUsd(after.cashUsd, after.feesUsd), addUsd(before.cashUsd, before.feesUsd));
  const waiting: OrderInFlight = {
    ...{ ...inFlight, booked: executions },
    worstCostUsd: maxUsd(ZERO_USD, subUsd(worstCostUsd, spentUsd)),
  };
  const row: ChangedRow = { kind: "order", order, status: "SUBMITTED", reason: null, executions, at: state.at };
  const noted: StepResult = {
    state: { ...state, orders: withEntry(state.orders, clientOrderId, waiting) },
    commands: [],
    changes: [row],
  };
  const signal = signalOf(state, order);
  const bought = andThen(noted, (next) => correctOrder(next, order, signal, booked, executions));
  const inherited = andThen(bought, (next) => inheritExit(next, waiting));
  return andThen(inherited, (next) => refreshEquity(next, next.at));
}

/**
 * A trade of an answered order came late, or one that was taken for confirmed has failed: the books follow the venue.
 * What is not remembered any more is left to a person, and so is, for now, what an order in flight still moves.
 */
export function onOrderCorrected(state: EngineState, { clientOrderId, trades }: EventOf<"orderCorrected">): StepResult {
  const known = state.answered?.find(({ order }) => order.clientOrderId === clientOrderId);
  if (known === undefined) return unchanged(state);
  const { order, signal } = known;
  if (Object.values(state.orders).some((each) => each.order.positionId === order.positionId)) return unchanged(state);
  const executions = confirmedExecutions(order, trades);
  const corrected = correctOrder(state, order, signal, known.executions, executions);
  if (corrected.state === state) return corrected;
  const answered = state.answered?.map((each) => (each === known ? { ...known, executions } : each)) ?? [];
  const filled = filledRow(state, order, executions);
  const row: ChangedRow =
    executions.length > 0
      ? { ...filled, isCorrection: true }
      : { ...filled, isCorrection: true, status: "UNFILLED", reason: "SETTLEMENT_FAILED" };
  const isLate = known.executions.length === 0 && signal !== null;
  const executed: readonly ChangedRow[] = isLate
    ? [
        {
          kind: "signal",
          signal: { ...signal, status: "EXECUTED", stage: "DONE", refusal: null, executedAt: state.at },
        },
      ]
    : [];
  const told = { ...corrected, changes: [...executed, row, ...corrected.changes] };
  const { day } = told.state;
  const counted: EngineState = {
    ...told.state,
    answered,
    spent: respend(told.state, order, known.executions, executions),
    day: isLate ? { ...day, executed: day.executed + 1 } : day,
  };
  const inherited = andThen({ ...told, state: counted }, (next) =>
    isLate ? inheritExit(next, known) : unchanged(next),
  );
  return andThen(inherited, (next) => refreshEquity(next, next.at));
}

/** Budgets count what an entry has spent in truth. */
function respend(
  { spent, positions, closed }: EngineState,
  order: OrderRequest,
  booked: readonly Execution[],
  executions: readonly Execution[],
): Spent {
  if (order.side === "SELL") return spent;
  const position = positions[order.positionId] ?? closed?.find(({ id }) => id === order.positionId);
  const unusedUsd = subUsd(totalExecutions(booked).cashUsd, totalExecutions(executions).cashUsd);
  return returnUnspent(spent, position?.leader ?? null, unusedUsd, order.approvedAt);
}
