import { resolveCopyRule } from "../copy/copy-rules.ts";
import { isStopLossHit, isTakeProfitHit, type Position, unrealizedUsd } from "../execution/position.ts";
import { formatUsd } from "../money/amounts.ts";
import { closeDay, startDay } from "../performance/day.ts";
import { summarizeDay } from "../performance/summary.ts";
import { withEntry } from "../record.ts";
import { forgetProtections } from "../risk/protections.ts";
import { isRemembered } from "../signals/episode.ts";
import { keepRecentSells } from "../signals/fade-degen.ts";
import type { Signal } from "../signals/signal.ts";
import { addMs, DAY_MS, dayOf, type EpochMs, isoDate, startOfDay } from "../time/time.ts";
import { refreshEquity } from "./account.ts";
import { andThen, type ChangedRow, type StepResult, unchanged } from "./command.ts";
import { positionFacts } from "./entries.ts";
import type { EventOf } from "./event.ts";
import { askForExit, hastenExit, requestExit } from "./exits.ts";
import { BRANCHES, filterBranch, mapRecord } from "./shards.ts";
import { expireSignal, updateSignal } from "./signals.ts";
import { type EngineState, openCostUsd, sortedValues } from "./state.ts";
import { turnDay } from "./used-orders.ts";

/** Time passed: signals expire, failed books and unfilled exits are asked for again, old evidence is forgotten. */
export function onTick(state: EngineState, { at }: EventOf<"ticked">): StepResult {
  let result = unchanged(forgetOld(state, at));
  for (const signal of sortedValues(state.signals)) {
    result = andThen(result, (next) => tickSignal(next, signal, at));
  }
  for (const position of sortedValues(state.positions)) {
    const { exit } = position;
    if (exit?.stage !== "RETRY" || exit.retryAt === null || at < exit.retryAt) continue;
    result = andThen(result, (next) => askForExit(next, position, exit));
  }
  return result;
}

/** An exit's signal lives as long as the exit: better late than not at all. */
function tickSignal(state: EngineState, signal: Signal, at: EpochMs): StepResult {
  if (signal.stage === "ORDER_IN_FLIGHT" || signal.side === "SELL") return unchanged(state);
  if (at > signal.expiresAt) return expireSignal(state, signal);
  if (signal.stage !== "BOOK_FAILED") return unchanged(state);
  const { id: signalId, marketId, tokenId } = signal;
  const asked = updateSignal(state, { ...signal, stage: "AWAITING_BOOK" });
  return { ...asked, commands: [{ kind: "requestBook", subject: { kind: "signal", signalId }, marketId, tokenId }] };
}

/** No rhythm of blocks or polls is a multiple of it: with whole seconds and a block every two, half of the branches never had a turn. */
const TURN_MS = 1_618;

/**
 * What is too old decides nothing any more wherever it is used. There may be tens of thousands of episodes and orders
 * wait for each tick, so a branch is looked through at a time, in turns by the time.
 */
function forgetOld(state: EngineState, at: EpochMs): EngineState {
  const { episodeGapMs, conflictWindowMs, panicWindowMs, triggerAgeMsMax } = state.config.signals;
  const turn = Math.floor(at / TURN_MS) % BRANCHES;
  const episodes = filterBranch(state.episodes, turn, (episode) => isRemembered(episode, at, episodeGapMs));
  const recentTriggers = filterBranch(state.recentTriggers, turn, (list) =>
    // What contradicts them may be read so late.
    list.some((each) => at - each.at <= conflictWindowMs + triggerAgeMsMax),
  );
  const panics = mapRecord(state.panics, (sells) =>
    keepRecentSells(sells, at, panicWindowMs).length > 0 ? sells : null,
  );
  const protections = forgetProtections(state.protections, at);
  const usedOrders = turnDay(state.usedOrders, at);
  const same =
    usedOrders === state.usedOrders &&
    protections === state.protections &&
    episodes === state.episodes &&
    recentTriggers === state.recentTriggers &&
    panics === state.panics;
  return same ? state : { ...state, protections, episodes, usedOrders, recentTriggers, panics };
}

/** New bids for what we hold: unrealised profit, the stop loss, the day's limit. */
export function onMarks(state: EngineState, { bids, at }: EventOf<"positionsMarked">): StepResult {
  let result = unchanged(state);
  for (const position of sortedValues(state.positions)) {
    const seen = bids.find((each) => each.tokenId === position.tokenId);
    if (seen === undefined) continue;
    const { bid, ask = null } = seen;
    result = andThen(result, (next) =>
      // What is sold at which bid may have changed with a start.
      bid === position.mark?.bid ? sellByMark(next, position) : mark(next, { ...position, mark: { bid, ask, at } }),
    );
    if (position.exit?.awaitsBid) result = andThen(result, (next) => hastenExit(next, position));
  }
  return result.state === state ? result : andThen(result, (next) => refreshEquity(next, at));
}

function mark(state: EngineState, position: Position): StepResult {
  const marked: StepResult = {
    state: { ...state, positions: withEntry(state.positions, position.id, position) },
    commands: [],
    changes: [{ kind: "position", position, at: state.at }],
  };
  return andThen(marked, (next) => sellByMark(next, position));
}

/** The strategy file was changed: what is held is judged by it at once, not with the next bid. */
export function onReconfigured(state: EngineState, { config }: EventOf<"reconfigured">): StepResult {
  const notice = {
    kind: "strategy",
    key: `strategy-${config.strategyHash}`,
    facts: { hash: config.strategyHash },
  } as const;
  const told: StepResult = { state: { ...state, config }, commands: [{ kind: "notify", notice }], changes: [] };
  return sortedValues(state.positions).reduce(
    (result, position) => andThen(result, (next) => sellByMark(next, position)),
    told,
  );
}

function sellByMark(state: EngineState, position: Position): StepResult {
  const { leader: wallet, leaderTier: tier } = position;
  const { stopLossBps, takeProfitBps } = resolveCopyRule(
    state.config,
    wallet === null ? null : { wallet, tier: tier ?? "" },
  );
  if (position.exit !== null) return unchanged(state);
  if (takeProfitBps !== null && isTakeProfitHit(position, takeProfitBps)) {
    return requestExit(state, position, "TAKE_PROFIT", null);
  }
  if (stopLossBps === null || !isStopLossHit(position, stopLossBps)) return unchanged(state);
  const facts = { ...positionFacts(position), unrealizedUsd: formatUsd(unrealizedUsd(position)) };
  const key = `stopLoss-${position.id}`;
  const notice = { kind: "stopLoss", key, facts } as const;
  const stopped: StepResult = { state, commands: [{ kind: "notify", notice }], changes: [] };
  return andThen(stopped, (next) => requestExit(next, position, "STOP_LOSS", null));
}

/** The first event of a new UTC day closes the old one, whose row is final, and those in which nothing ran. */
export function rollDay(state: EngineState, at: EpochMs): StepResult {
  // The state's own time lies in its day, so most events need no calendar.
  if (startOfDay(at) === startOfDay(state.at) || isoDate(at) <= state.day.date) return unchanged(state);
  let next = state;
  const changes = [performanceChange(state)];
  for (let day = addMs(dayOf(state.day.date), DAY_MS); day <= at; day = addMs(day, DAY_MS)) {
    next = { ...next, equity: closeDay(next.equity), day: startDay(day, next.equity.equityUsd) };
    changes.push(performanceChange(next));
  }
  return { state: next, commands: [], changes };
}

export const performanceChange = (state: EngineState): ChangedRow => ({
  kind: "performance",
  row: summarizeDay(state.day, state.equity, { startUsd: state.startUsd, deployedUsd: openCostUsd(state) }),
});
