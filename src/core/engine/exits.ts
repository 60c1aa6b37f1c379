import type { ExitRequest, Position } from "../execution/position.ts";
import type { SignalId } from "../ids/ids.ts";
import { withEntry } from "../record.ts";
import { addMs, MINUTE_MS, SECOND_MS } from "../time/time.ts";
import { type StepResult, unchanged } from "./command.ts";
import { skipSignal } from "./signals.ts";
import type { AnsweredOrder, EngineState, OrderInFlight } from "./state.ts";

/** A sell that was refused or not filled is tried again after this. */
export const EXIT_RETRY_MS = 5 * SECOND_MS;
const EXIT_PAUSE_MS_MAX = 5 * MINUTE_MS;

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

/** What happened while an entry was in flight is its position's now; where it has brought none, it is nobody's. */
export function inheritExit(
  state: EngineState,
  { order, leaderExit, exit }: OrderInFlight | AnsweredOrder,
): StepResult {
  const position = state.positions[order.positionId];
  if (position === undefined) {
    const refusal = { code: "NOTHING_TO_DO", limit: "an open position", value: "none" } as const;
    return exit?.signalId ? skipSignal(state, exit.signalId, refusal) : unchanged(state);
  }
  if (leaderExit === undefined && exit === undefined) return unchanged(state);
  const watched = { ...position, leaderExit: position.leaderExit ?? leaderExit ?? null };
  const next = withPosition(state, watched);
  return exit === undefined ? unchanged(next) : requestExit(next, watched, exit.reason, exit.signalId);
}

export const retryExit = (
  state: EngineState,
  position: Position,
  { reason, signalId }: Pick<ExitRequest, "reason" | "signalId">,
): EngineState => {
  const retryAt = addMs(state.at, EXIT_RETRY_MS);
  return withPosition(state, { ...position, exit: { reason, signalId, stage: "RETRY", retryAt } });
};

/**
 * Nobody can be sold to: asked again after twice the last pause, so never later than it has lasted already. Markets that have ended
 * are without a bid for days until they are resolved.
 */
export function pauseExit(state: EngineState, position: Position, exit: ExitRequest, awaitsBid: boolean): EngineState {
  const { reason, signalId, pauseMs: before = 0 } = exit;
  const pauseMs = Math.min(EXIT_PAUSE_MS_MAX, Math.max(EXIT_RETRY_MS, 2 * before));
  const paused: ExitRequest = { reason, signalId, stage: "RETRY", retryAt: addMs(state.at, pauseMs), pauseMs };
  return withPosition(state, { ...position, exit: awaitsBid ? { ...paused, awaitsBid } : paused });
}

/** What ends a pause: trading goes on, a person asks, a bid is there. */
export function hastenExit(state: EngineState, { id }: Pick<Position, "id">): StepResult {
  const position = state.positions[id];
  return position?.exit?.stage === "RETRY" ? askForExit(state, position, position.exit) : unchanged(state);
}

export const withPosition = (state: EngineState, position: Position): EngineState => ({
  ...state,
  positions: withEntry(state.positions, position.id, position),
});
