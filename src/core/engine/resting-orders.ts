import { mayRest } from "../execution/order.ts";
import { entriesStoppedUntil } from "./account.ts";
import type { StepResult } from "./command.ts";
import { unchanged } from "./command.ts";
import type { EngineState, OrderInFlight } from "./state.ts";

/** Takes back entries that still rest while nothing may be bought, or while what they bought is to be sold. */
export function withdrawUnwanted(state: EngineState): StepResult {
  const isStopped = state.tradingState !== "ACTIVE" || entriesStoppedUntil(state) !== null;
  return withdraw(state, ({ order }) => isStopped || (state.positions[order.positionId]?.exit ?? null) !== null);
}

/** What rests of these orders is not wanted any more; it stays set aside until the venue has said what became of it. */
export function withdraw(state: EngineState, isUnwanted: (inFlight: OrderInFlight) => boolean): StepResult {
  const unwanted = Object.values(state.orders).filter(
    (each) => mayRest(each.order) && each.isWithdrawn !== true && isUnwanted(each),
  );
  if (unwanted.length === 0) return unchanged(state);
  const gone = unwanted.sort((a, b) => (a.order.clientOrderId < b.order.clientOrderId ? -1 : 1));
  const marked = gone.map((each) => [each.order.clientOrderId, { ...each, isWithdrawn: true as const }]);
  return {
    state: { ...state, orders: { ...state.orders, ...Object.fromEntries(marked) } },
    commands: gone.map(({ order: { clientOrderId } }) => ({ kind: "cancelOrder", clientOrderId })),
    changes: [],
  };
}
