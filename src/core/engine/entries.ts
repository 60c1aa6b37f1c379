import { assert } from "../assert.ts";
import type { Execution, OrderRequest } from "../execution/order.ts";
import { openPosition, type Position } from "../execution/position.ts";
import { totalExecutions } from "../execution/simulate-fill.ts";
import { addUsd, formatPrice, formatShares, formatUsd, priceOf, subUsd } from "../money/amounts.ts";
import type { Signal } from "../signals/signal.ts";
import type { Command, StepResult } from "./command.ts";
import { withPosition } from "./exits.ts";
import type { EngineState } from "./state.ts";

export function signalOf(state: EngineState, order: OrderRequest): Signal {
  const signal = order.signalId === null ? undefined : state.signals[order.signalId];
  assert(signal !== undefined, "a signal lives until its order is answered", { clientOrderId: order.clientOrderId });
  return signal;
}

/** Pays for what was bought and holds it. */
export function enterPosition(
  state: EngineState,
  order: OrderRequest,
  signal: Signal,
  executions: readonly Execution[],
): StepResult {
  const { clientOrderId } = order;
  const { cashUsd, feesUsd } = totalExecutions(executions);
  assert(order.side === "BUY", "an entry buys", { clientOrderId });
  assert(cashUsd <= order.stakeUsd, "a fill never costs more than its stake", { clientOrderId });
  const position = openPosition(signal, executions, state.config.mode, state.at);
  const paid = withPosition({ ...state, cashUsd: subUsd(state.cashUsd, addUsd(cashUsd, feesUsd)) }, position);
  return {
    state: paid,
    commands: [executedNotice(position, order)],
    changes: [{ kind: "position", position, at: paid.at }],
  };
}

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

export const positionFacts = (position: Position) => ({
  positionId: position.id,
  signalType: position.signalType,
  mode: position.mode,
  market: position.marketTitle ?? position.marketId,
  outcome: position.outcome ?? position.outcomeIndex,
});
