import type { Command } from "./command.ts";
import { type EngineState, sortedValues } from "./state.ts";

/**
 * What was wanted and not answered when the last process ended: to be done again after a start. Orders first. Asking
 * again is harmless: an order keeps its id, and an answer that is no longer awaited changes nothing.
 */
export function pendingCommands(state: EngineState): readonly Command[] {
  const orders = sortedValues(state.orders).map(({ order }): Command => ({ kind: "placeOrder", order }));
  const exits = sortedValues(state.positions)
    .filter((position) => position.exit?.stage === "AWAITING_BOOK")
    .map(
      ({ id: positionId, marketId, tokenId }): Command => ({
        kind: "requestBook",
        subject: { kind: "exit", positionId },
        marketId,
        tokenId,
      }),
    );
  const signals = sortedValues(state.signals)
    .filter((signal) => signal.side === "BUY" && signal.stage === "AWAITING_BOOK")
    .map(
      ({ id: signalId, marketId, tokenId }): Command => ({
        kind: "requestBook",
        subject: { kind: "signal", signalId },
        marketId,
        tokenId,
      }),
    );
  return [...orders, ...exits, ...signals];
}
