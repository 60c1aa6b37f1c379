import type { ExitRequest, Position } from "../execution/position.ts";
import type { SignalId } from "../ids/ids.ts";
import { withEntry } from "../record.ts";
import { addMs, SECOND_MS } from "../time/time.ts";
import { type StepResult, unchanged } from "./command.ts";
import type { EngineState } from "./state.ts";

/** A sell that was refused or not filled is tried again after this. */
export const EXIT_RETRY_MS = 5 * SECOND_MS;

/** Wants a position sold and asks for its book. An exit that is under way goes on for its first reason. */
export function requestExit(
  state: EngineState,
  position: Position,
  reason: ExitRequest["reason"],
  signalId: SignalId | null,
): StepResult {
  if (position.exit !== null && position.exit.stage !== "TOO_SMALL") return { state, commands: [], changes: [] };
  return askForExit(state, position, { reason, signalId, stage: "AWAITING_BOOK", retryAt: null });
}

export function askForExit(state: EngineState, position: Position, exit: ExitRequest): StepResult {
  const { id } = position;
  // Whatever of its entry still rests is taken back first: what it brings is sold with the others.
  if (Object.values(state.orders).some(({ order }) => order.side === "BUY" && order.positionId === id))
    return unchanged(retryExit(state, position, exit));
  const asked: Position = { ...position, exit: { ...exit, stage: "AWAITING_BOOK", retryAt: null } };
  return {
    state: withPosition(state, asked),
    commands: [
      {
        kind: "requestBook",
        subject: { kind: "exit", positionId: position.id },
        marketId: position.marketId,
        tokenId: position.tokenId,
      },
    ],
    changes: [],
  };
}

export const retryExit = (state: EngineState, position: Position, exit: ExitRequest): EngineState =>
  withPosition(state, { ...position, exit: { ...exit, stage: "RETRY", retryAt: addMs(state.at, EXIT_RETRY_MS) } });

export const withPosition = (state: EngineState, position: Position): EngineState => ({
  ...state,
  positions: withEntry(state.positions, position.id, position),
});
