import type { EngineEvent } from "../../core/engine/event.ts";
import type { EngineConfig } from "../../core/engine/state.ts";
import { addMs, type EpochMs } from "../../core/time/time.ts";
import type { CandidateQuery, ExecutorInbox } from "../../ports/executor-store.ts";

/** What is older than a signal's life gives no entry any more. */
export function candidateQuery({ signals, model }: EngineConfig, cursor: bigint, now: EpochMs): CandidateQuery {
  return {
    cursor,
    since: addMs(now, -Math.max(signals.ttlMs, signals.triggerAgeMsMax)),
    minWhaleScore: signals.followWhales ? signals.minWhaleScore : null,
    maxFadeScore: signals.fadeDegens ? signals.maxFadeScore : null,
    ...(model === undefined ? {} : { model }),
  };
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
