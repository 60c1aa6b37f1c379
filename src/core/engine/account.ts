import { assert } from "../assert.ts";
import type { CopyAccount } from "../copy/copy-checks.ts";
import { leaderOf } from "../copy/copy-rules.ts";
import { spentOn, spentOnWallet } from "../copy/spent.ts";
import { markedValue, type Realization } from "../execution/position.ts";
import { orderSize } from "../execution/simulate-fill.ts";
import type { Address, MarketId } from "../ids/ids.ts";
import { addUsd, formatUsd, maxUsd, subUsd, type UsdMicros, ZERO_USD } from "../money/amounts.ts";
import { addRealization, observeEquity } from "../performance/day.ts";
import type { EventStake } from "../risk/event-exposure.ts";
import { dailyLossLimit } from "../risk/limits.ts";
import type { AccountView } from "../risk/order-intent.ts";
import { noteClosed, noteEquity } from "../risk/protections.ts";
import { addMs, type EpochMs, isoDate } from "../time/time.ts";
import { andThen, type StepResult, unchanged } from "./command.ts";
import { type EngineState, openCostUsd } from "./state.ts";

/** What buys in flight may still take from the account. The worst cost of each is stored with it as reserved. */
export function reservedUsd(state: EngineState): UsdMicros {
  let total = ZERO_USD;
  for (const { worstCostUsd } of Object.values(state.orders)) total = addUsd(total, worstCostUsd);
  return total;
}

/** The account as the risk check sees it for an order in this market. */
export function viewAccount(
  state: EngineState,
  marketId: MarketId,
  eventId: string | null,
  leader: Address | null,
): AccountView {
  const reserved = reservedUsd(state);
  const entriesInFlight = Object.values(state.orders).filter(({ order }) => order.side === "BUY");
  // One that rests may have opened its position already.
  const coming = entriesInFlight.filter(({ order }) => state.positions[order.positionId] === undefined);
  const marketHeld =
    entriesInFlight.some(({ order }) => order.marketId === marketId) ||
    Object.values(state.positions).some((position) => position.marketId === marketId);
  return {
    capitalUsd: state.config.capitalUsd,
    tradingState: state.tradingState,
    entriesStoppedUntil: state.entriesStoppedUntil,
    entryPause: state.protections.pause,
    cooldownUntil: state.protections.cooldowns[marketId] ?? null,
    dayLossUsd: dayLossUsd(state),
    freeCashUsd: subUsd(state.cashUsd, reserved),
    deployedUsd: addUsd(openCostUsd(state), reserved),
    openPositions: Object.keys(state.positions).length + coming.length,
    marketHeld,
    eventStakes: viewEvent(state, eventId ?? marketId),
    copied: viewCopied(state, leader),
  };
}

/** @param group a market that belongs to no event is a group of its own */
function viewEvent({ positions, orders, signals }: EngineState, group: string): readonly EventStake[] {
  const held = Object.values(positions).flatMap((position): EventStake[] => {
    const { marketId, outcomeIndex, openCostUsd: costUsd, openShares: size } = position;
    if ((position.eventId ?? marketId) !== group) return [];
    return [{ marketId, outcomeIndex, negRisk: position.negRisk === true, costUsd, size, isOrder: false }];
  });
  const coming = Object.values(orders).flatMap(({ order, worstCostUsd: costUsd }): EventStake[] => {
    const { marketId, outcomeIndex, signalId } = order;
    const signal = signalId === null ? undefined : signals[signalId];
    if (order.side !== "BUY" || (signal?.eventId ?? marketId) !== group) return [];
    return [
      { marketId, outcomeIndex, negRisk: signal?.negRisk === true, costUsd, size: orderSize(order), isOrder: true },
    ];
  });
  return [...held, ...coming];
}

/** What the budgets of the strategy file count. */
function viewCopied(state: EngineState, leader: Address | null): CopyAccount {
  const spent = spentOn(state.spent, state.at);
  let walletOpenUsd = ZERO_USD;
  for (const position of Object.values(state.positions)) {
    if (leader !== null && position.leader === leader) walletOpenUsd = addUsd(walletOpenUsd, position.openCostUsd);
  }
  for (const { order, worstCostUsd } of Object.values(state.orders)) {
    const signal = order.signalId === null ? undefined : state.signals[order.signalId];
    if (leader !== null && signal !== undefined && leaderOf(signal)?.wallet === leader) {
      walletOpenUsd = addUsd(walletOpenUsd, worstCostUsd);
    }
  }
  return { dayUsd: spent.totalUsd, walletDayUsd: spentOnWallet(spent, leader), walletOpenUsd };
}

export const dayLossUsd = (state: EngineState): UsdMicros =>
  maxUsd(ZERO_USD, subUsd(state.day.startEquityUsd, state.equity.equityUsd));

/** Books what left a position: cash, realised profit, the day's sums. */
export function bookRealization(state: EngineState, realization: Realization): EngineState {
  const { position } = realization;
  const { protections, config, at } = state;
  return {
    ...state,
    protections: position.status === "CLOSED" ? noteClosed(protections, config.limits, position, at) : protections,
    cashUsd: addUsd(state.cashUsd, realization.cashUsd),
    realizedUsd: addUsd(state.realizedUsd, realization.netUsd),
    day: addRealization(state.day, realization),
  };
}

/** Values the account anew; a fall from the peak or the loss of the day may stop entries for a while. */
export function refreshEquity(before: EngineState, at: EpochMs): StepResult {
  const valued = valueAccount(before);
  const protections = noteEquity(valued.protections, valued.config.limits, valued.equity.equityUsd, at);
  const state = protections === valued.protections ? valued : { ...valued, protections };
  return andThen(tellPause(before, state), (next) => stopAfterDailyLoss(next, at));
}

/** Closed positions were noted before the account was valued, so what is told is what differs from the last telling. */
function tellPause(before: EngineState, state: EngineState): StepResult {
  const { pause } = state.protections;
  if (pause === null || pause.until === before.protections.toldUntil) return unchanged(state);
  const { code, limit, value, until } = pause;
  const notice = { kind: "riskLimit", key: `${code}-${until}`, facts: { code, limit, value, until } } as const;
  const told: EngineState = { ...state, protections: { ...state.protections, toldUntil: until } };
  return { state: told, commands: [{ kind: "notify", notice }], changes: [] };
}

function valueAccount(state: EngineState): EngineState {
  let equityUsd = state.cashUsd;
  for (const position of Object.values(state.positions)) equityUsd = addUsd(equityUsd, markedValue(position));
  const equity = observeEquity(state.equity, equityUsd);
  return equity === state.equity ? state : { ...state, equity };
}

/** Until when the day's loss or a pause of the protections keeps from buying; null: nothing does. */
export function entriesStoppedUntil({ at, entriesStoppedUntil: byDay, protections }: EngineState): EpochMs | null {
  const byPause = protections.pause?.until ?? null;
  const until = byDay === null || (byPause !== null && byPause > byDay) ? byPause : byDay;
  return until !== null && at < until ? until : null;
}

/** A stop that runs since the day before is none of this day's: what is lost on top of it stops entries anew. */
const isStoppedBy = (date: string, { entriesStoppedUntil: until, config }: EngineState, at: EpochMs): boolean =>
  until !== null && at < until && isoDate(addMs(until, -config.limits.entriesStopMs)) === date;

function stopAfterDailyLoss(next: EngineState, at: EpochMs): StepResult {
  assertConserved(next);
  const { limits, capitalUsd } = next.config;
  const limit = dailyLossLimit(limits, capitalUsd);
  const loss = dayLossUsd(next);
  if (loss < limit || isStoppedBy(next.day.date, next, at)) return unchanged(next);
  const entriesStoppedUntil = addMs(at, limits.entriesStopMs);
  const facts = {
    code: "DAILY_LOSS_LIMIT",
    limitUsd: formatUsd(limit),
    lossUsd: formatUsd(loss),
    until: entriesStoppedUntil,
  };
  return {
    state: { ...next, entriesStoppedUntil },
    commands: [{ kind: "notify", notice: { kind: "riskLimit", key: `daily-loss-${next.day.date}`, facts } }],
    changes: [],
  };
}

/** Not a micro may appear or vanish. */
export function assertConserved(state: EngineState): void {
  const total = subUsd(addUsd(state.cashUsd, openCostUsd(state)), state.realizedUsd);
  assert(total === state.startUsd, "cash + cost of open positions − realised is what the account began with", {
    totalUsd: formatUsd(total),
    startUsd: formatUsd(state.startUsd),
  });
}
