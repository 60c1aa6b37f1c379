import { MINUTE_MS } from "../../../core/time/time.ts";
import type { Row } from "../../../ports/read-side.ts";
import type { ApiDeps } from "../api-app.ts";

type Seen = {
  readonly listener_at: number;
  readonly reputation_at: number | null;
  readonly executor_at: number | null;
};

/** A part that has written nothing for so long is silent; scores are written only when something changed. */
const SILENT_AFTER_MS = { listener: MINUTE_MS, executor: MINUTE_MS };

const WITHOUT = {
  listener:
    "No new fills, markets or resolutions: the tape stands still, scores and prices grow old, nothing is bought.",
  reputation: "Scores, tiers and eligibility stay as they were; new wallets stay unknown.",
  executor: "No signals, no orders, no exits: open positions are neither marked nor sold. Commands wait.",
};

export async function readHealth(deps: ApiDeps): Promise<Row> {
  const { clock, reads, timeFactor, services, memory, feed } = deps;
  const now = clock.nowMs();
  const health = await reads.health();
  const seen = health as unknown as Seen;
  const chain = health.chain as { block_time: number | null } | null;
  const limit = (ms: number): number => ms * timeFactor;
  const part = (name: keyof typeof WITHOUT, at: number | null, silentAfter: number) => {
    const isNever = at === null || at <= 0;
    const state = isNever ? "never seen" : now - at > silentAfter ? "silent" : "working";
    const detail = isNever ? "has written nothing yet" : `last wrote ${ageText(now - at)} ago`;
    return { name, state, last_seen_at: isNever ? null : at, detail, without_it: WITHOUT[name] };
  };
  return {
    ...health,
    now,
    parts: [
      part("listener", seen.listener_at, limit(SILENT_AFTER_MS.listener)),
      part("reputation", seen.reputation_at, 2 * deps.scoresEveryMs),
      part("executor", seen.executor_at, limit(SILENT_AFTER_MS.executor)),
    ],
    services: services?.map((service) => ({ name: service.name, ...service.health() })) ?? null,
    lag_ms: chain?.block_time == null ? null : now - chain.block_time,
    memory: memory(),
    streams: feed.counts(),
  };
}

function ageText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
