import { copyTermsOf, findCopyRefusal } from "../copy/copy-checks.ts";
import { leaderOf, minTradeOf, resolveCopyRule } from "../copy/copy-rules.ts";
import type { Position } from "../execution/position.ts";
import { NO_FEE, type OutcomeIndex } from "../market/market.ts";
import { toNumber } from "../money/amounts.ts";
import { withEntry } from "../record.ts";
import type { Refusal } from "../risk/limits.ts";
import { findGateRefusal } from "../risk/live-gate.ts";
import { findConflicts, type RecentTrigger } from "../signals/conflict.ts";
import { type Episode, extendEpisode, retractEpisode } from "../signals/episode.ts";
import { detectExitFollow } from "../signals/exit-follow.ts";
import { detectFadeDegen, isDegen, type PanicSell } from "../signals/fade-degen.ts";
import { retractFills } from "../signals/fill-sum.ts";
import { detectFollowWhale, isWhale, triggerOf } from "../signals/follow-whale.ts";
import { detectPrediction, modelPrice } from "../signals/ml-prediction.ts";
import { computeEntryCap, cutToTick, FINEST_TICK } from "../signals/price-cap.ts";
import { type Signal, type SignalType, signalId, type Trigger } from "../signals/signal.ts";
import { addMs } from "../time/time.ts";
import { andThen, type StepResult, unchanged } from "./command.ts";
import type { EventOf } from "./event.ts";
import { requestExit } from "./exits.ts";
import { withdraw } from "./resting-orders.ts";
import { getShard, mapRecord, mapShards, setShard } from "./shards.ts";
import { enterSignal, skipSignal } from "./signals.ts";
import { type EngineState, sortedValues } from "./state.ts";
import { isUsed, markUsed } from "./used-orders.ts";

type FillObserved = EventOf<"fillObserved">;

export function onFill(state: EngineState, event: FillObserved): StepResult {
  const rules = state.config.signals;
  if (event.fill.side === "BUY") {
    const followed = isWhale(rules, event.wallet) ? onWhaleBuy(state, event) : unchanged(state);
    return andThen(followed, (next) => onModelledBuy(next, event));
  }
  const followed = onLeaderSell(state, event);
  const isPanicking = isDegen(rules, event.wallet) && !state.config.copy.block.includes(event.fill.wallet);
  return isPanicking ? andThen(followed, (next) => onDegenSell(next, event)) : followed;
}

function onWhaleBuy(state: EngineState, event: FillObserved): StepResult {
  const { fill, wallet, market } = event;
  const key = `${fill.wallet}:${fill.tokenId}`;
  const minTradeUsd = minTradeOf(state.config, { wallet: fill.wallet, tier: wallet.tier });
  const before = getShard(state.episodes, key);
  const wasUsed = isUsed(state.usedOrders, fill.orderHash);
  const { episode, trigger } = detectFollowWhale(state.config.signals, before, fill, wallet, minTradeUsd, wasUsed);
  const next = remember(state, key, episode, fill.orderHash, wasUsed || trigger !== null);
  if (trigger === null) return unchanged(next);
  const signal = draftSignal(next, "FOLLOW_WHALE", event, trigger, wallet.score / 10);
  const barred = findGateRefusal(next.config.gate, signal) ?? findCopyRefusal(copyTermsOf(next.config, signal));
  // Whom we do not copy contradicts nobody whom we do.
  if (barred !== null) return enterSignal(next, refuse(signal, barred));
  const { conflictWindowMs } = next.config.signals;
  const { occurredAt: at } = fill;
  // A busy market would otherwise remember for as long as it is busy.
  const recent = (getShard(next.recentTriggers, market.marketId) ?? []).filter(
    (trigger) => at - trigger.at <= conflictWindowMs,
  );
  const conflicts = findConflicts(recent, market.outcomeIndex, at, conflictWindowMs);
  const remembered: RecentTrigger = { signalId: signal.id, outcomeIndex: market.outcomeIndex, at };
  const known: EngineState = {
    ...next,
    recentTriggers: setShard(next.recentTriggers, market.marketId, [...recent, remembered]),
  };
  if (conflicts.length === 0) return enterSignal(known, signal);
  const entered = enterSignal(known, refuse(signal, conflictRefusal(conflicts, market.outcomeIndex)));
  return conflicts.reduce((result, other) => andThen(result, (now) => cancelForConflict(now, other, signal)), entered);
}

/** @param uses whether the order is one that gave a signal, now or before */
const remember = (state: EngineState, key: string, episode: Episode, order: string, uses: boolean): EngineState => ({
  ...state,
  episodes: setShard(state.episodes, key, episode),
  usedOrders: uses ? markUsed(state.usedOrders, order, episode.lastAt) : state.usedOrders,
});

/** An order in flight cannot be called back; the other signal alone is skipped then. */
function cancelForConflict(state: EngineState, other: RecentTrigger, by: Signal): StepResult {
  const pending = state.signals[other.signalId];
  if (pending === undefined || pending.stage === "ORDER_IN_FLIGHT") return unchanged(state);
  const refusal: Refusal = { code: "CONFLICT", limit: `outcome ${other.outcomeIndex}`, value: by.id };
  return skipSignal(state, other.signalId, refusal);
}

const conflictRefusal = (conflicts: readonly RecentTrigger[], outcomeIndex: OutcomeIndex): Refusal => ({
  code: "CONFLICT",
  limit: `outcome ${outcomeIndex}`,
  value: conflicts.map((conflict) => conflict.signalId).join(" "),
});

/** The first fill of an episode that the model thinks worth more than it cost is the trigger. */
function onModelledBuy(state: EngineState, event: FillObserved): StepResult {
  const { fill, wallet, market, context } = event;
  const { model } = state.config;
  if (model === undefined || context === undefined) return unchanged(state);
  const view = detectPrediction(model, { fill, wallet, market, context });
  if (view === null) return unchanged(state);
  const key = `${fill.wallet}:${fill.tokenId}:model`;
  const before = getShard(state.episodes, key);
  const order = `${fill.orderHash}:model`;
  const wasUsed = isUsed(state.usedOrders, order);
  const episode = extendEpisode(before, fill, state.config.signals.episodeGapMs, wasUsed);
  const next = remember(state, key, { ...episode, signalled: true }, order, wasUsed || !episode.signalled);
  if (episode.signalled) return unchanged(next);
  // Sizing by a proven edge takes the model's, which is measured from this price; the wallet's own is a feature of it.
  const bare = triggerOf({ cash: fill.cash, size: fill.size, fills: 1 }, fill, wallet);
  const trigger: Trigger = { ...bare, edgeLowerBound: view.lowerProbability - toNumber(bare.price) };
  const limitPrice = cutToTick(modelPrice(view, NO_FEE), market.tickSize ?? FINEST_TICK);
  const signal: Signal = {
    ...draftSignal(next, "ML_PREDICTION", event, trigger, view.probability),
    ...{ model: view, limitPrice },
  };
  const barred = findGateRefusal(next.config.gate, signal) ?? findCopyRefusal(copyTermsOf(next.config, signal));
  return enterSignal(next, barred === null ? signal : refuse(signal, barred));
}

function onDegenSell(state: EngineState, event: FillObserved): StepResult {
  const { fill, wallet } = event;
  const { sells, trigger } = detectFadeDegen(state.config.signals, state.panics[fill.tokenId] ?? [], fill, wallet);
  const next: EngineState = { ...state, panics: withEntry(state.panics, fill.tokenId, sells) };
  if (trigger === null) return unchanged(next);
  // The wallets' own (negative) skill says nothing about ours: no edge has been measured for this signal.
  const unproven: Trigger = { ...trigger, edgeLowerBound: null };
  const signal = draftSignal(next, "FADE_DEGEN", event, unproven, state.config.signals.fadeConfidence);
  const barred = findGateRefusal(next.config.gate, signal);
  return enterSignal(next, barred === null ? signal : refuse(signal, barred));
}

/** A sell by the wallet that a position follows. */
function onLeaderSell(state: EngineState, event: FillObserved): StepResult {
  const { fill, wallet } = event;
  // Whom we follow in does not want in any more.
  let result = withdraw(state, ({ order }) => {
    const signal = order.signalId === null ? undefined : state.signals[order.signalId];
    return order.tokenId === fill.tokenId && signal !== undefined && leaderOf(signal)?.wallet === fill.wallet;
  });
  for (const position of sortedValues(state.positions)) {
    if (position.leader !== fill.wallet || position.tokenId !== fill.tokenId) continue;
    const { exit, trigger } = detectExitFollow(state.config.signals, position.leaderExit, fill, wallet);
    const watched: Position = { ...position, leaderExit: exit };
    result = andThen(result, (now) => unchanged({ ...now, positions: withEntry(now.positions, position.id, watched) }));
    // A second sale while we are selling already adds nothing.
    if (trigger === null || position.exit !== null) continue;
    if (!resolveCopyRule(state.config, { wallet: fill.wallet, tier: position.leaderTier ?? "" }).mirrorExits) continue;
    const signal = draftSignal(state, "EXIT_FOLLOW", event, trigger, wallet.score / 10);
    result = andThen(result, (now) => enterExit(now, signal, watched.id));
  }
  return result;
}

function enterExit(state: EngineState, signal: Signal, positionId: string): StepResult {
  const position = state.positions[positionId];
  if (position === undefined || signal.refusal !== null) return enterSignal(state, signal);
  const entered = enterSignal(state, signal);
  // The exit asks for the book itself: one request, not two.
  const commands = entered.commands.filter((command) => command.kind !== "requestBook");
  return andThen({ ...entered, commands }, (now) => requestExit(now, position, "LEADER_EXIT", signal.id));
}

function draftSignal(
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

const refuse = (signal: Signal, refusal: Refusal): Signal => ({ ...signal, status: "SKIPPED", stage: "DONE", refusal });

/** A reorg: what came from the removed blocks is unlearned; what was already bought stays bought, what rests is taken back. */
export function onRetraction(state: EngineState, { fromBlock }: EventOf<"blocksRetracted">): StepResult {
  const episodes = mapShards(state.episodes, (episode) => retractEpisode(episode, fromBlock));
  const panics = mapRecord(state.panics, (sells) => retractSells(sells, fromBlock));
  const positions = mapRecord(state.positions, (position) => retractExit(position, fromBlock));
  const gone = sortedValues(state.signals).filter(
    (signal) => signal.stage !== "ORDER_IN_FLIGHT" && signal.side === "BUY" && signal.trigger.blockNumber >= fromBlock,
  );
  const same = episodes === state.episodes && panics === state.panics && positions === state.positions;
  const unlearned = same ? state : { ...state, episodes, panics, positions };
  const taken = withdraw(unlearned, ({ order: { signalId } }) => {
    const signal = signalId === null ? undefined : state.signals[signalId];
    return signal !== undefined && signal.trigger.blockNumber >= fromBlock;
  });
  return gone.reduce(
    (result, signal) =>
      andThen(result, (now) =>
        skipSignal(now, signal.id, {
          code: "TRIGGER_RETRACTED",
          limit: `block ${fromBlock}`,
          value: `block ${signal.trigger.blockNumber}`,
        }),
      ),
    taken,
  );
}

function retractSells(sells: readonly PanicSell[], fromBlock: number): readonly PanicSell[] | null {
  const left = sells.filter(({ blockNumber }) => blockNumber < fromBlock);
  if (left.length === sells.length) return sells;
  return left.length === 0 ? null : left;
}

/** The leader's sales that are gone come again with the new blocks, and count once. */
function retractExit(position: Position, fromBlock: number): Position {
  const leaderExit = position.leaderExit === null ? null : retractFills(position.leaderExit, fromBlock);
  return leaderExit === position.leaderExit ? position : { ...position, leaderExit };
}
