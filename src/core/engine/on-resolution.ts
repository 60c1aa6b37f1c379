import { type Position, settlePosition } from "../execution/position.ts";
import { refreshEquity } from "./account.ts";
import { andThen, type StepResult, unchanged } from "./command.ts";
import type { EventOf } from "./event.ts";
import { realize } from "./on-order.ts";
import { skipSignal } from "./signals.ts";
import { type EngineState, sortedValues } from "./state.ts";

type MarketResolved = EventOf<"marketResolved">;

/**
 * Final answer of a market: what we hold of it is paid, whether or not anybody redeems. Where an order of ours is
 * still in flight the answer to it comes first; the resolution is told again as long as we hold a position.
 */
export function onResolution(state: EngineState, event: MarketResolved): StepResult {
  const { marketId, payoutNumerators } = event;
  if (sortedValues(state.orders).some(({ order }) => order.marketId === marketId)) return unchanged(state);
  const moot = sortedValues(state.signals).filter((signal) => signal.marketId === marketId);
  const refusal = { code: "NOTHING_TO_DO", limit: "an open market", value: "resolved" } as const;
  const cleared = moot.reduce(
    (result, signal) => andThen(result, (next) => skipSignal(next, signal.id, refusal)),
    unchanged(state),
  );
  const held = sortedValues(state.positions).filter((position) => position.marketId === marketId);
  if (held.length === 0) return cleared;
  const settle = (next: EngineState, position: Position): StepResult =>
    realize(next, settlePosition(position, payoutNumerators, event.resolvedAt));
  const settled = held.reduce((result, position) => andThen(result, (next) => settle(next, position)), cleared);
  return andThen(settled, (next) => refreshEquity(next, next.at));
}
