import { leaderOf } from "../../core/copy/copy-rules.ts";
import type { EngineEvent } from "../../core/engine/event.ts";
import { emptyEntries } from "../../core/engine/order-corrections.ts";
import type { EngineState } from "../../core/engine/state.ts";
import { positionId } from "../../core/execution/order.ts";
import { addMs, type EpochMs } from "../../core/time/time.ts";
import type { CandidateQuery, ExecutorInbox, FollowedEntry } from "../../ports/executor-store.ts";

/** What is older than a signal's life gives no entry any more. */
export function candidateQuery(state: EngineState, cursor: bigint, now: EpochMs): CandidateQuery {
  const { signals, model } = state.config;
  return {
    cursor,
    since: addMs(now, -Math.max(signals.ttlMs, signals.triggerAgeMsMax)),
    minWhaleScore: signals.followWhales ? signals.minWhaleScore : null,
    maxFadeScore: signals.fadeDegens ? signals.maxFadeScore : null,
    entries: followedEntries(state),
    ...(model === undefined ? {} : { model }),
  };
}

function followedEntries(state: EngineState): readonly FollowedEntry[] {
  const answered = emptyEntries(state).map(({ signal }) => signal);
  return [...Object.values(state.signals), ...answered].flatMap((signal): FollowedEntry[] => {
    const leader = leaderOf(signal);
    if (leader === null || state.positions[positionId(signal.id)] !== undefined) return [];
    const { blockNumber, logIndex } = signal.trigger;
    return [{ wallet: leader.wallet, tokenId: signal.tokenId, blockNumber, logIndex }];
  });
}

/** A person's commands first, then what the chain took back, what it settled, what it brought; time last. */
export function toEvents(inbox: ExecutorInbox, at: EpochMs): readonly EngineEvent[] {
  const events: EngineEvent[] = inbox.controls.map(({ id, command }) => ({
    kind: "commanded",
    at,
    commandId: id,
    command,
  }));
  if (inbox.retractedFrom !== null) events.push({ kind: "blocksRetracted", at, fromBlock: inbox.retractedFrom });
  for (const resolution of inbox.resolutions) events.push({ kind: "marketResolved", at, ...resolution });
  for (const candidate of inbox.fills) events.push({ kind: "fillObserved", at, ...candidate });
  events.push({ kind: "ticked", at });
  return events;
}
