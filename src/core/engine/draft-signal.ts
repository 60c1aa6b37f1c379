import type { Refusal } from "../risk/limits.ts";
import { computeEntryCap, FINEST_TICK } from "../signals/price-cap.ts";
import { type Signal, type SignalType, signalId, type Trigger } from "../signals/signal.ts";
import { addMs } from "../time/time.ts";
import type { EventOf } from "./event.ts";
import { type EngineState, sortedValues } from "./state.ts";

type FillObserved = EventOf<"fillObserved">;

export function draftSignal(
  state: EngineState,
  type: SignalType,
  { fill, market, at }: FillObserved,
  trigger: Trigger,
  confidence: number,
): Signal {
  const { ttlMs, slippageBps, triggerAgeMsMax } = state.config.signals;
  const side = type === "EXIT_FOLLOW" ? "SELL" : "BUY";
  const signal: Signal = {
    id: signalId(type, market.marketId, market.outcomeIndex, fill, state.config.mode),
    type,
    side,
    marketId: market.marketId,
    tokenId: fill.tokenId,
    outcomeIndex: market.outcomeIndex,
    marketTitle: market.title,
    outcome: market.outcome,
    category: market.category,
    eventId: market.eventId,
    endsAt: market.endsAt,
    negRisk: market.negRisk ?? null,
    trigger,
    limitPrice: side === "BUY" ? computeEntryCap(trigger.price, slippageBps, market.tickSize ?? FINEST_TICK) : null,
    confidence,
    createdAt: at,
    expiresAt: addMs(at, ttlMs),
    status: "PENDING",
    stage: "AWAITING_BOOK",
    refusal: null,
    checks: [],
    seen: null,
    kelly: null,
    stakeUsd: null,
    executedAt: null,
  };
  const ageMs = at - fill.occurredAt;
  // An exit is late rather than not at all.
  if (side === "BUY" && ageMs > triggerAgeMsMax) {
    return refuse(signal, { code: "DATA_STALE", limit: `${triggerAgeMsMax} ms`, value: `trigger ${ageMs} ms` });
  }
  const live = sortedValues(state.signals).find((other) => isSameBet(other, signal));
  if (live === undefined) return signal;
  return refuse(signal, { code: "SIGNAL_ALREADY_LIVE", limit: "1 per type, market and outcome", value: live.id });
}

const isSameBet = (a: Signal, b: Signal): boolean =>
  a.type === b.type && a.marketId === b.marketId && a.outcomeIndex === b.outcomeIndex;

export const refuse = (signal: Signal, refusal: Refusal): Signal => ({
  ...signal,
  status: "SKIPPED",
  stage: "DONE",
  refusal,
});
