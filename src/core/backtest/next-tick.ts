import type { EngineState } from "../engine/state.ts";

/** When time alone has to be told next; not later than `last`. */
export function nextTick({ signals, positions }: EngineState, last: number): number {
  let next = last;
  for (const signal of Object.values(signals)) {
    if (signal.stage !== "ORDER_IN_FLIGHT" && signal.side === "BUY") next = Math.min(next, signal.expiresAt + 1);
  }
  for (const { exit } of Object.values(positions)) {
    if (exit?.stage === "RETRY" && exit.retryAt !== null) next = Math.min(next, exit.retryAt);
  }
  return next;
}
