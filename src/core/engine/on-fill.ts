import { copyTermsOf, findCopyRefusal } from "../copy/copy-checks.ts";
import { minTradeOf } from "../copy/copy-rules.ts";
import { NO_FEE, type OutcomeIndex } from "../market/market.ts";
import { toNumber } from "../money/amounts.ts";
import { withEntry } from "../record.ts";
import type { Refusal } from "../risk/limits.ts";
import { findGateRefusal } from "../risk/live-gate.ts";
import { findConflicts, type RecentTrigger } from "../signals/conflict.ts";
import { type Episode, extendEpisode, retractEpisode } from "../signals/episode.ts";
import type { LeaderExit } from "../signals/exit-follow.ts";
import { detectFadeDegen, isDegen, type PanicSell } from "../signals/fade-degen.ts";
import { retractFills } from "../signals/fill-sum.ts";
import { detectFollowWhale, isWhale, triggerOf } from "../signals/follow-whale.ts";
import { detectPrediction, modelPrice } from "../signals/ml-prediction.ts";
import { cutToTick, FINEST_TICK } from "../signals/price-cap.ts";
import type { Signal, Trigger } from "../signals/signal.ts";
import { andThen, type StepResult, unchanged } from "./command.ts";
import { draftSignal, refuse } from "./draft-signal.ts";
import type { EventOf } from "./event.ts";
import { onLeaderSell } from "./on-leader-sell.ts";
import { mapEmptyEntries } from "./order-corrections.ts";
import { withdraw } from "./resting-orders.ts";
import { getShard, mapRecord, mapShards, setShard } from "./shards.ts";
import { enterSignal, skipSignal } from "./signals.ts";
import { type EngineState, sortedValues } from "./state.ts";
import { isUsed, markUsed } from "./used-orders.ts";

type FillObserved = EventOf<"fillObserved">;

export function onFill(state: EngineState, event: FillObserved): StepResult {
  const rules = state.config.signals;
  // The contracts would settle it if the venue matched it; it says nothing of a price, and must not stop the engine.
  if (event.fill.cash > event.fill.size) return unchanged(state);
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

/** A reorg: what came from the removed blocks is unlearned; what was already bought stays bought, what rests is taken back. */
export function onRetraction(state: EngineState, { fromBlock }: EventOf<"blocksRetracted">): StepResult {
  const episodes = mapShards(state.episodes, (episode) => retractEpisode(episode, fromBlock));
  const panics = mapRecord(state.panics, (sells) => retractSells(sells, fromBlock));
  // The leader's sales that are gone come again with the new blocks, and count once.
  const positions = mapRecord(state.positions, (position) => retractExit(position, fromBlock));
  const orders = mapRecord(state.orders, (inFlight) => retractExit(inFlight, fromBlock));
  const gone = sortedValues(state.signals).filter(
    (signal) => signal.stage !== "ORDER_IN_FLIGHT" && signal.side === "BUY" && signal.trigger.blockNumber >= fromBlock,
  );
  const answered = mapEmptyEntries(state, (entry) => retractExit(entry, fromBlock));
  const unlearned = { ...answered, episodes, panics, positions, orders };
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

function retractExit<Holder extends { readonly leaderExit?: LeaderExit | null }>(holder: Holder, from: number): Holder {
  const { leaderExit } = holder;
  const left = leaderExit ? retractFills(leaderExit, from) : leaderExit;
  return left === leaderExit ? holder : { ...holder, leaderExit: left };
}
