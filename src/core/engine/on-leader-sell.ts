import { leaderOf, resolveCopyRule } from "../copy/copy-rules.ts";
import type { Position } from "../execution/position.ts";
import type { ClientOrderId } from "../ids/ids.ts";
import { withEntry } from "../record.ts";
import { detectExitFollow, type LeaderExit } from "../signals/exit-follow.ts";
import type { Signal } from "../signals/signal.ts";
import { andThen, type StepResult, unchanged } from "./command.ts";
import { draftSignal } from "./draft-signal.ts";
import type { EventOf } from "./event.ts";
import { requestExit, withPosition } from "./exits.ts";
import { mapEmptyEntries } from "./order-corrections.ts";
import { withdraw } from "./resting-orders.ts";
import { enterSignal, skipSignal } from "./signals.ts";
import { type EngineState, type OrderInFlight, sortedValues } from "./state.ts";

type FillObserved = EventOf<"fillObserved">;

/** A sell by a wallet that we hold something because of, or are about to. */
export function onLeaderSell(state: EngineState, event: FillObserved): StepResult {
  const { fill } = event;
  const isOurs = (signal: Signal | undefined): signal is Signal =>
    signal?.tokenId === fill.tokenId && leaderOf(signal)?.wallet === fill.wallet;
  const signalOf = ({ order }: OrderInFlight) => state.signals[order.signalId ?? ""];
  // Whom we follow in does not want in any more.
  let result = withdraw(state, (inFlight) => isOurs(signalOf(inFlight)));
  for (const signal of sortedValues(state.signals)) {
    if (!isOurs(signal) || signal.stage === "ORDER_IN_FLIGHT") continue;
    const refusal = { code: "NOTHING_TO_DO", limit: "a leader who holds", value: "sold" } as const;
    result = andThen(result, (next) => skipSignal(next, signal.id, refusal));
  }
  for (const inFlight of sortedValues(state.orders)) {
    if (!isOurs(signalOf(inFlight)) || state.positions[inFlight.order.positionId] !== undefined) continue;
    result = andThen(result, (next) => watchEntry(next, inFlight.order.clientOrderId, event));
  }
  result = andThen(result, (next) => unchanged(watchAnswered(next, event, isOurs)));
  for (const position of sortedValues(state.positions)) {
    if (position.leader !== fill.wallet || position.tokenId !== fill.tokenId) continue;
    result = andThen(result, (next) => watchPosition(next, position, event));
  }
  return result;
}

function watchPosition(state: EngineState, position: Position, event: FillObserved): StepResult {
  const { exit, signal } = detect(state, position.leaderExit, position.leaderTier ?? "", event);
  const watched: Position = { ...position, leaderExit: exit };
  const noted = withPosition(state, watched);
  // A second sale while we are selling already adds nothing.
  if (signal === null || position.exit !== null) return unchanged(noted);
  const entered = enterExit(noted, signal);
  return signal.refusal !== null
    ? entered
    : andThen(entered, (next) => requestExit(next, watched, "LEADER_EXIT", signal.id));
}

/** What the order brings is sold when it has come. */
function watchEntry(state: EngineState, id: ClientOrderId, event: FillObserved): StepResult {
  const inFlight = state.orders[id] as OrderInFlight;
  const { exit: leaderExit, signal } = detect(state, inFlight.leaderExit ?? null, event.wallet.tier, event);
  const watched: OrderInFlight = { ...inFlight, leaderExit };
  const isExit = signal !== null && inFlight.exit === undefined;
  const exit =
    isExit && signal.refusal === null ? { exit: { reason: "LEADER_EXIT", signalId: signal.id } as const } : null;
  const noted = { ...state, orders: withEntry(state.orders, id, { ...watched, ...exit }) };
  return isExit ? enterExit(noted, signal) : unchanged(noted);
}

/** A trade may yet come late. Until then there is nothing to sell, and so no signal. */
function watchAnswered(state: EngineState, event: FillObserved, isOurs: (signal: Signal) => boolean): EngineState {
  return mapEmptyEntries(state, (entry) => {
    if (!isOurs(entry.signal)) return entry;
    const { exit: leaderExit, signal } = detect(state, entry.leaderExit ?? null, event.wallet.tier, event);
    const exit = entry.exit ?? (signal === null ? undefined : { reason: "LEADER_EXIT" as const, signalId: null });
    return { ...entry, leaderExit, ...(exit && { exit }) };
  });
}

/** @returns the exit's signal where the leader's sales have come to one, and exits are mirrored */
function detect(
  state: EngineState,
  before: LeaderExit | null,
  tier: string,
  event: FillObserved,
): { readonly exit: LeaderExit; readonly signal: Signal | null } {
  const { fill, wallet } = event;
  const { exit, trigger } = detectExitFollow(state.config.signals, before, fill, wallet);
  const isMirrored = trigger !== null && resolveCopyRule(state.config, { wallet: fill.wallet, tier }).mirrorExits;
  return { exit, signal: isMirrored ? draftSignal(state, "EXIT_FOLLOW", event, trigger, wallet.score / 10) : null };
}

/** The exit asks for the book itself: one request, not two. */
function enterExit(state: EngineState, signal: Signal): StepResult {
  const entered = enterSignal(state, signal);
  return { ...entered, commands: entered.commands.filter(({ kind }) => kind !== "requestBook") };
}
