import type { Command } from "../../core/engine/command.ts";
import type { EngineEvent } from "../../core/engine/event.ts";
import { pendingCommands } from "../../core/engine/recover.ts";
import { type EngineConfig, sortedValues } from "../../core/engine/state.ts";
import { judgeRecords } from "../../core/performance/significance.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { BookFeed, BookSource } from "../../ports/book-source.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ExecutorStore } from "../../ports/executor-store.ts";
import type { Logger } from "../../ports/logger.ts";
import type { Venue } from "../../ports/venue.ts";
import type { Wake, WakeChannel } from "../../ports/wake.ts";
import type { Companion } from "./companion.ts";
import { type EngineRunner, recoverEngine } from "./engine-runner.ts";
import type { EngineSettings } from "./engine-settings.ts";
import type { ExecutorConfig } from "./executor-config.ts";
import { type BookFollower, createBookFollower } from "./follow-books.ts";
import { createMailbox, type Mailbox } from "./mailbox.ts";
import { createPerformer, type Performer } from "./perform.ts";
import { candidateQuery, toEvents } from "./read-events.ts";

export type ExecutorDeps = {
  readonly store: ExecutorStore;
  readonly books: BookSource;
  /** Where books can be followed: signals and positions are, while this session lasts. */
  readonly feed?: BookFeed;
  readonly venue: Venue;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly wake: Wake;
  readonly config: ExecutorConfig;
  /** Where a strategy file stands behind `config.engine` and may change. */
  readonly settings?: EngineSettings;
  /** Live: who watches over the account. */
  readonly companion?: Companion;
};

/** Two ways to be told to end: by a person, or by losing the place. */
export type SessionEnds = { readonly stop: AbortSignal; readonly lost: AbortSignal };

const HINTS: readonly WakeChannel[] = ["orderflow_chain", "orderflow_scores", "orderflow_commands"];

/**
 * The time in which this executor is the one that trades: from loading the state until asked to stop, or until
 * something failed after which the state must be loaded again. Steps are stored first and acted on afterwards.
 */
export async function runSession(deps: ExecutorDeps, ends: SessionEnds, onReady: () => void): Promise<void> {
  const signal = AbortSignal.any([ends.stop, ends.lost]);
  const { store, clock, logger, wake, config } = deps;
  const runner = await recoverEngine(
    store,
    { ...config, engine: deps.settings?.current() ?? config.engine },
    clock.nowMs(),
  );
  const mailbox = createMailbox(clock);
  // Tasks end with the session, however it ends.
  const ending = new AbortController();
  const endOrStop = AbortSignal.any([signal, ending.signal]);
  let chainAsOf: EpochMs | null = null;
  const performer = createPerformer({
    ...deps,
    timing: config.timing,
    mailbox,
    chainAsOf: () => chainAsOf,
    signal: endOrStop,
  });
  const follower = createBookFollower(deps.feed ?? null, () => mailbox.nudge());
  const following = deps.feed?.run(endOrStop);
  const accompanied = deps.companion
    ?.run({
      signal: endOrStop,
      control: (command, commandId) => mailbox.push({ kind: "commanded", at: clock.nowMs(), commandId, command }),
      correct: (clientOrderId, trades) =>
        mailbox.push({ kind: "orderCorrected", at: clock.nowMs(), clientOrderId, trades }),
    })
    .catch((error: unknown) => mailbox.fail(error));
  const stopHints: (() => Promise<void>)[] = [];
  try {
    for (const channel of HINTS) stopHints.push(await wake.listen(channel, () => mailbox.hint()));
    const unfinished = pendingCommands(runner.state());
    logger.info("trading", {
      mode: config.engine.mode,
      openPositions: positionsOf(runner),
      unfinished: unfinished.length,
    });
    chainAsOf = (await store.read(candidateQuery(runner.state(), runner.cursor(), clock.nowMs()))).chainAsOf;
    performer.perform(unfinished);
    onReady();
    const onChain = (at: EpochMs | null): void => {
      chainAsOf = at;
    };
    await judge(deps);
    await loop(deps, { runner, mailbox, performer, follower, signal, onChain });
    // Who has lost the lock has lost the right to write.
    if (!ends.lost.aborted) await runner.snapshot(clock.nowMs(), "end");
  } finally {
    ending.abort();
    follower.stop();
    await Promise.all([following, accompanied]);
    await Promise.all(stopHints.map((stop) => stop()));
    await performer.idle();
  }
}

type LoopParts = {
  readonly runner: EngineRunner;
  readonly mailbox: Mailbox;
  readonly performer: Performer;
  readonly follower: BookFollower;
  readonly signal: AbortSignal;
  readonly onChain: (at: EpochMs | null) => void;
};

async function loop({ store, clock, logger, wake, config, settings }: ExecutorDeps, parts: LoopParts): Promise<void> {
  const { runner, mailbox, performer, follower, signal } = parts;
  const { pollMs, markMs } = config.timing;
  let pollAt: number = clock.nowMs();
  // A time of its own: hints put off the poll for as long as blocks come quickly.
  let settingsAt = pollAt;
  let markAt: number = clock.nowMs();
  let markedAt = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    const { events, hinted } = mailbox.take();
    const now = clock.nowMs();
    let input = { ...nothing(runner, now), events };
    if (hinted || now >= pollAt) {
      const changed = now >= settingsAt ? ((await settings?.refresh()) ?? null) : null;
      if (now >= settingsAt) settingsAt = now + pollMs;
      const inbox = await store.read(candidateQuery(runner.state(), runner.cursor(), now));
      parts.onChain(inbox.chainAsOf);
      // Decisions are made at the time of reading, not at that of the hint.
      const at = clock.nowMs();
      follower.traded(inbox.fills, at);
      const handledControls = inbox.controls.map(({ id }) => id);
      input = {
        events: [...events, ...reconfigured(changed, at), ...toEvents(inbox, at)],
        cursor: inbox.cursor,
        handledControls,
        at,
      };
      pollAt = at + pollMs;
    }
    const commands = await runner.commit({ ...input, answer: performer.answer });
    performer.perform(commands);
    await runner.finish(input.at);
    if (commands.some(isResult)) await judge({ store, clock });
    if (commands.length > 0) await wake.notify("orderflow_signals");
    follower.follow(runner.state(), now);
    markAt = follower.markAt(markAt, markedAt);
    if (now >= markAt) {
      performer.mark([...new Set(sortedValues(runner.state().positions).map((position) => position.tokenId))]);
      markedAt = now;
      markAt = now + markMs;
    }
    await runner.snapshot(clock.nowMs(), mailbox.isEmpty() ? "quiet" : "busy");
    const waitMs = Math.max(0, Math.min(pollAt, markAt) - clock.nowMs());
    logger.debug("sleeping", { ms: waitMs });
    await mailbox.wait(waitMs, signal);
  }
}

const reconfigured = (config: EngineConfig | null, at: EpochMs): readonly EngineEvent[] =>
  config === null ? [] : [{ kind: "reconfigured", at, config }];

const isResult = (command: Command): boolean =>
  command.kind === "notify" && (command.notice.kind === "win" || command.notice.kind === "loss");

/** What all closed positions say by now; after a start too, in case the last one ended before it could say so. */
async function judge({ store, clock }: Pick<ExecutorDeps, "store" | "clock">): Promise<void> {
  await store.saveSignificance(judgeRecords(await store.closedBets()), clock.nowMs());
}

const nothing = (runner: EngineRunner, at: EpochMs) => ({
  events: [],
  cursor: runner.cursor(),
  handledControls: [] as readonly string[],
  at,
});

const positionsOf = (runner: EngineRunner): number => Object.keys(runner.state().positions).length;
