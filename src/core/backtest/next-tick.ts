import type { EngineState } from "../engine/state.ts";

type Waiting = Pick<EngineState, "signals" | "positions">;

/** Says when time alone has to be told next, not later than `last`. Most steps leave what it follows from as it was. */
export function planTicks(): (state: Waiting, last: number) => number {
  let known: (Waiting & { readonly last: number; readonly at: number }) | null = null;
  return ({ signals, positions }, last) => {
    if (known?.signals !== signals || known.positions !== positions || known.last !== last) {
      known = { signals, positions, last, at: nextTick({ signals, positions }, last) };
    }
    return known.at;
  };
}

function nextTick({ signals, positions }: Waiting, last: number): number {
  let next = last;
  for (const signal of Object.values(signals)) {
    if (signal.stage !== "ORDER_IN_FLIGHT" && signal.side === "BUY") next = Math.min(next, signal.expiresAt + 1);
  }
  for (const { exit } of Object.values(positions)) {
    if (exit?.stage === "RETRY" && exit.retryAt !== null) next = Math.min(next, exit.retryAt);
  }
  return next;
}
