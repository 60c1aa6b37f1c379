import type { SignalId } from "../ids/ids.ts";
import { formatPrice, formatUsd } from "../money/amounts.ts";
import { withEntry, without } from "../record.ts";
import type { Refusal } from "../risk/limits.ts";
import type { Signal } from "../signals/signal.ts";
import { type Command, type NoticeKind, type StepResult, unchanged } from "./command.ts";
import type { EngineState } from "./state.ts";

/** Enters a new signal: PENDING ones live on and ask for a book, refused ones are recorded and forgotten. */
export function enterSignal(state: EngineState, signal: Signal): StepResult {
  const counted: EngineState = { ...state, day: { ...state.day, signals: state.day.signals + 1 } };
  const told: Command = { kind: "notify", notice: noticeOf("signal", signal, {}) };
  if (signal.refusal !== null) {
    const skipped: Command = { kind: "notify", notice: noticeOf("skipped", signal, refusalFacts(signal.refusal)) };
    return { state: counted, commands: [told, skipped], changes: [{ kind: "signal", signal }] };
  }
  const { id: signalId, marketId, tokenId } = signal;
  return {
    state: { ...counted, signals: withEntry(state.signals, signalId, signal) },
    commands: [told, { kind: "requestBook", subject: { kind: "signal", signalId }, marketId, tokenId }],
    changes: [{ kind: "signal", signal }],
  };
}

export const updateSignal = (state: EngineState, signal: Signal): StepResult => ({
  state: { ...state, signals: withEntry(state.signals, signal.id, signal) },
  commands: [],
  changes: [{ kind: "signal", signal }],
});

/** Ends a PENDING signal without an order. */
export function skipSignal(state: EngineState, id: SignalId, refusal: Refusal, seen: Partial<Signal> = {}): StepResult {
  const pending = state.signals[id];
  if (pending === undefined) return unchanged(state);
  const signal: Signal = { ...pending, ...seen, status: "SKIPPED", stage: "DONE", refusal };
  return endSignal(state, signal, "skipped", refusalFacts(refusal));
}

export function expireSignal(state: EngineState, pending: Signal): StepResult {
  const limit = `${pending.expiresAt - pending.createdAt} ms`;
  const refusal: Refusal = { code: "SIGNAL_EXPIRED", limit, value: pending.stage };
  return endSignal(state, { ...pending, status: "EXPIRED", stage: "DONE", refusal }, "expired", refusalFacts(refusal));
}

export function executeSignal(state: EngineState, id: SignalId): StepResult {
  const pending = state.signals[id];
  if (pending === undefined) return unchanged(state);
  const signal: Signal = { ...pending, status: "EXECUTED", stage: "DONE", executedAt: state.at };
  return {
    state: {
      ...state,
      signals: without(state.signals, id),
      day: { ...state.day, executed: state.day.executed + 1 },
    },
    commands: [],
    changes: [{ kind: "signal", signal }],
  };
}

function endSignal(state: EngineState, signal: Signal, kind: NoticeKind, facts: Facts): StepResult {
  return {
    state: { ...state, signals: without(state.signals, signal.id) },
    commands: [{ kind: "notify", notice: noticeOf(kind, signal, facts) }],
    changes: [{ kind: "signal", signal }],
  };
}

type Facts = Readonly<Record<string, string | number | null>>;

const refusalFacts = (refusal: Refusal): Facts => ({ code: refusal.code, limit: refusal.limit, value: refusal.value });

const noticeOf = (kind: NoticeKind, signal: Signal, facts: Facts) => ({
  kind,
  key: `${kind}-${signal.id}`,
  facts: {
    signalId: signal.id,
    signalType: signal.type,
    wallet: signal.trigger.wallet,
    score: signal.trigger.walletScore,
    confidence: signal.confidence,
    market: signal.marketTitle ?? signal.marketId,
    outcome: signal.outcome ?? signal.outcomeIndex,
    price: formatPrice(signal.trigger.price),
    sizeUsd: formatUsd(signal.trigger.sizeUsd),
    ...facts,
  },
});
