import type { Clock } from "../../ports/clock.ts";
import type { LiveEvent, LiveFeed, LiveTopic } from "../../ports/live-feed.ts";
import type { Logger } from "../../ports/logger.ts";
import type { ReadSide, Row } from "../../ports/read-side.ts";
import type { Service } from "../../ports/service.ts";
import type { Wake } from "../../ports/wake.ts";
import { createEventLog } from "./event-log.ts";

export type LiveFeedDeps = {
  readonly reads: Pick<ReadSide, "newestSeq" | "newTrades" | "recentSignals" | "recentPositions" | "state">;
  /** Of the program: what "now" is in the answers. */
  readonly clock: Pick<Clock, "nowMs">;
  /** Paces the reading: people look at wall time, in the demo too. */
  readonly wall: Clock;
  readonly wake: Wake;
  readonly logger: Logger;
  /** Tells this feed's events from those of the process before it. */
  readonly name: string;
  readonly encode: (topic: LiveTopic, value: Row) => string;
};

/** Reads happen at most so often, and at least so often. */
const REST_MS = 250;
const POLL_MS = 1_000;
/** Rows of one event: more nobody can read, the number of those left out is told. */
const TRADES_SHOWN = 60;
const ROWS_WATCHED = 40;

/** The one reader behind all browsers; it reads nothing while nobody looks. */
export function createLiveFeed(deps: LiveFeedDeps): LiveFeed & Service {
  const { reads, clock, wall, wake, logger } = deps;
  const log = createEventLog(deps.name);
  const subscribers = new Set<{ topics: ReadonlySet<LiveTopic>; onEvent: (event: LiveEvent) => void }>();
  let isReachable = true;
  let dropped = 0;
  let hinted = new AbortController();
  const hint = (): void => hinted.abort();

  const publish = (topic: LiveTopic, value: Row): void => {
    const event = log.add(topic, deps.encode(topic, value));
    if (event === null) return;
    for (const { topics, onEvent } of subscribers) if (topics.has(topic)) onEvent(event);
  };
  const follow = createFollower(reads, clock, wall, publish);

  const look = async (): Promise<void> => {
    try {
      await follow();
      if (!isReachable) logger.info("live feed reads again");
      isReachable = true;
    } catch (error) {
      // Whoever looks on sees the state grow old; the next look may succeed.
      if (isReachable) logger.warn("live feed cannot read", { error });
      isReachable = false;
    }
  };

  return {
    name: "live feed",
    health: () => ({
      ready: isReachable,
      detail: isReachable ? `${subscribers.size} looking on` : "the database does not answer",
    }),
    async run(signal) {
      const unlisten = [await wake.listen("orderflow_chain", hint), await wake.listen("orderflow_signals", hint)];
      try {
        while (!signal.aborted) {
          hinted = new AbortController();
          if (subscribers.size > 0) await look();
          await wall.sleep(REST_MS, signal);
          await wall.sleep(POLL_MS - REST_MS, AbortSignal.any([signal, hinted.signal]));
        }
      } finally {
        for (const end of unlisten) await end();
      }
    },
    subscribe(topics, lastEventId, onEvent) {
      const subscriber = { topics: new Set(topics), onEvent };
      const missed = lastEventId === null ? log.newest(subscriber.topics) : log.since(lastEventId, subscriber.topics);
      subscribers.add(subscriber);
      hint();
      return { missed, end: () => void subscribers.delete(subscriber) };
    },
    dropped() {
      dropped += 1;
    },
    counts: () => ({ open: subscribers.size, dropped_events: dropped }),
  };
}

type Publish = (topic: LiveTopic, value: Row) => void;

/** Reads what is new since the last time and publishes it. */
function createFollower(
  reads: LiveFeedDeps["reads"],
  clock: Pick<Clock, "nowMs">,
  wall: Clock,
  publish: Publish,
): () => Promise<void> {
  let seq: bigint | null = null;
  let executorAt: unknown;
  let before = wall.nowMs();
  return async () => {
    // A feed that starts, or that nobody looked at for a while, shows the newest and not the whole time between.
    const trades = await reads.newTrades(seq ?? (await reads.newestSeq()) - 1n, TRADES_SHOWN);
    seq = trades.seq;
    const seconds = Math.max(0.001, (wall.nowMs() - before) / 1_000);
    before = wall.nowMs();
    if (trades.total > 0 || trades.retractedFrom !== null) {
      const { rows, total, retractedFrom } = trades;
      publish("trades", { rows, left_out: total - rows.length, retracted_from: retractedFrom });
    }
    const state = await reads.state();
    publish("state", state);
    const { account, feed } = state as { account: Row | null; feed: Row | null };
    if (account?.updated_at !== executorAt) {
      executorAt = account?.updated_at;
      publish("signals", { rows: await reads.recentSignals(ROWS_WATCHED) });
      publish("positions", { rows: await reads.recentPositions(ROWS_WATCHED) });
    }
    const blockTime = (feed?.block_time ?? null) as number | null;
    publish("health", {
      ...{ now: clock.nowMs(), head_block: feed?.head_block ?? -1, finalized_block: feed?.finalized_block ?? -1 },
      ...{ block_time: blockTime, lag_ms: blockTime === null ? null : clock.nowMs() - blockTime },
      fills_per_second: trades.total / seconds,
    });
  };
}
