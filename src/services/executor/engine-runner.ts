import { assert } from "../../core/assert.ts";
import { alertsOf } from "../../core/engine/alerts.ts";
import { type ChangedRow, type Command, type EngineRows, newestChanges } from "../../core/engine/command.ts";
import type { EngineEvent } from "../../core/engine/event.ts";
import { upgradeState, withMoney } from "../../core/engine/recover.ts";
import type { EngineState } from "../../core/engine/state.ts";
import { hashValue } from "../../core/engine/state-hash.ts";
import { RULE_VERSION, step } from "../../core/engine/step.ts";
import { InvariantError } from "../../core/errors.ts";
import { addMs, type EpochMs } from "../../core/time/time.ts";
import type { EngineBatch, ExecutorStore, JournalStep } from "../../ports/executor-store.ts";
import type { ExecutorConfig } from "./executor-config.ts";

export type EngineRunner = {
  state(): EngineState;
  cursor(): bigint;
  /**
   * Steps through the events and stores the steps; only then are the commands returned. After an error the runner is
   * spent: what was stored is not known here.
   */
  commit(input: CommitInput): Promise<readonly Command[]>;
  /** Stores what `commit` left: the rows that people read, when the commands were urgent. */
  finish(at: EpochMs): Promise<void>;
  /**
   * Stores a snapshot if one is due. It is as large as the state, so it waits for a quiet moment, though not for ever.
   * @param moment `end`: due after any step
   */
  snapshot(at: EpochMs, moment: "busy" | "quiet" | "end"): Promise<void>;
};

export type CommitInput = {
  readonly events: readonly EngineEvent[];
  readonly cursor: bigint;
  readonly handledControls: readonly string[];
  readonly at: EpochMs;
  /** What is known without asking; a request that it answers is not returned. */
  readonly answer?: (command: Command) => EngineEvent | null;
};

/** The reader's place is stored at least this often, although nothing happened: the health page counts from it. */
const CURSOR_SAVE_MS = 5_000;

/** So many times as many steps before a snapshot that was due waits no longer for a quiet moment. */
const BUSY_FACTOR = 5;

/** Loads where the last executor stopped: its snapshot, and the steps after it taken again. */
export async function recoverEngine(store: ExecutorStore, config: ExecutorConfig, at: EpochMs): Promise<EngineRunner> {
  const loaded = await store.load();
  let seq = loaded.snapshot?.seq ?? 0;
  let state: EngineState | null = loaded.snapshot === null ? null : upgradeState(loaded.snapshot.state);
  for (const past of loaded.steps) {
    if (past.seq !== seq + 1) throw new InvariantError("JOURNAL_GAP", "a step of the journal is missing", { seq });
    state = step(state, past.event).state;
    seq = past.seq;
    if (loaded.money?.seq === seq) state = withMoney(state, upgradeState(loaded.money.state));
  }
  const first: EngineEvent = { kind: "started", at, config: config.engine };
  const begun = step(state, first);
  const started = { seq: seq + 1, ruleVersion: RULE_VERSION, event: first, commands: [], stateHash: null };
  const runner = createRunner(store, config, { state: begun.state, seq, cursor: loaded.cursor });
  await runner.start(
    started,
    rowsOf([started], [...(loaded.waiting?.changes ?? []), ...begun.changes], loaded.waiting),
  );
  return runner;
}

/** @param before alerts that are waiting */
const rowsOf = (
  steps: readonly JournalStep[],
  changes: readonly ChangedRow[],
  before: EngineRows | null = null,
): EngineRows => ({
  changes: newestChanges(changes),
  notices: [
    ...(before?.notices ?? []),
    ...steps.flatMap(({ event, commands }) =>
      commands.length === 0 ? [] : alertsOf(commands).map((notice) => ({ notice, at: event.at })),
    ),
  ],
});

const NO_ROWS: EngineRows = { changes: [], notices: [] };
const isUrgent = (command: Command): boolean => command.kind !== "notify";

/** A hash takes as long as all the rest of a step: orders do not wait for it. */
function withHash(
  steps: readonly JournalStep[],
  hash: () => string,
  late: boolean,
): Pick<EngineBatch, "steps" | "lateHash"> {
  const last = steps.at(-1);
  if (last === undefined) return { steps, lateHash: late ? hash() : null };
  return { steps: [...steps.slice(0, -1), { ...last, stateHash: hash() }], lateHash: null };
}

type Place = { readonly state: EngineState; readonly seq: number; readonly cursor: bigint };
type Stored = Pick<EngineBatch, "steps" | "cursor" | "handledControls" | "state" | "at">;

function createRunner(store: ExecutorStore, config: ExecutorConfig, start: Place) {
  let { state, seq, cursor } = start;
  let snapshotSeq = seq;
  let savedAt: EpochMs | null = null;
  let savedCursor = cursor;
  /** Stored as waiting only. */
  let waiting: EngineRows | null = null;
  /** The last state that was hashed: of the next one only what differs is. */
  let hashed: EngineState | null = null;

  function hash(next: EngineState): string {
    const found = hashValue(next, hashed);
    hashed = next;
    return found;
  }

  async function write(stored: Stored, rows: EngineRows, how: "append" | "save" | "snapshot"): Promise<void> {
    const { steps, at } = stored;
    assert(waiting === null || steps.length === 0, "rows are written before the next step", { seq });
    const lastSeq = seq + steps.length;
    await store[how === "append" ? "append" : "save"]({
      ...stored,
      ...rows,
      ...(how === "append" ? { steps, lateHash: null } : withHash(steps, () => hash(stored.state), waiting !== null)),
      seq: lastSeq,
      snapshot: how === "snapshot",
      // Whatever moved money is stored as a state, so that a start never repeats it under changed rules.
      moneyMoved: steps.length > 0 && rows.changes.some(({ kind }) => kind === "position" || kind === "order"),
      forgetBefore: addMs(at, -config.timing.journalKeepMs),
    });
    ({ state, cursor } = stored);
    savedCursor = cursor;
    seq = lastSeq;
    savedAt = at;
    waiting = how === "append" ? rows : null;
    if (how === "snapshot") snapshotSeq = lastSeq;
  }

  const nothing = (at: EpochMs): Stored => ({ steps: [], cursor, handledControls: [], state, at });

  return {
    state: () => state,
    cursor: () => cursor,
    start: (step: JournalStep, rows: EngineRows): Promise<void> =>
      write({ steps: [step], cursor, handledControls: [], state, at: step.event.at }, rows, "snapshot"),
    async commit(input: CommitInput): Promise<readonly Command[]> {
      const { handledControls, at } = input;
      const { steps, changes, next, open } = stepThrough(state, seq, input);
      const cursorIsDue = input.cursor !== savedCursor && (savedAt === null || at - savedAt >= CURSOR_SAVE_MS);
      if (steps.length === 0 && handledControls.length === 0 && !cursorIsDue) cursor = input.cursor;
      else {
        const stored = { steps, cursor: input.cursor, handledControls, state: next, at };
        await write(stored, rowsOf(steps, changes), open.some(isUrgent) ? "append" : "save");
      }
      return open;
    },
    async finish(at: EpochMs): Promise<void> {
      if (waiting !== null) await write(nothing(at), waiting, "save");
    },
    async snapshot(at: EpochMs, moment: "busy" | "quiet" | "end"): Promise<void> {
      const due = { end: 1, quiet: config.timing.snapshotSteps, busy: BUSY_FACTOR * config.timing.snapshotSteps };
      if (seq - snapshotSeq >= due[moment]) await write(nothing(at), waiting ?? NO_ROWS, "snapshot");
    },
  };
}

function stepThrough(state: EngineState, seq: number, { events, answer }: CommitInput) {
  const steps: JournalStep[] = [];
  const changes: ChangedRow[] = [];
  const open: Command[] = [];
  let next = state;
  // An answer comes at once, before later events: as it would if the two had been read apart.
  const waiting = [...events].reverse();
  for (let event = waiting.pop(); event !== undefined; event = waiting.pop()) {
    const { state: after, commands, changes: rows } = step(next, event);
    if (after === next && commands.length === 0) continue;
    steps.push({ seq: seq + steps.length + 1, ruleVersion: RULE_VERSION, event, commands, stateHash: null });
    changes.push(...rows);
    next = after;
    for (const command of commands) {
      const known = answer?.(command) ?? null;
      if (known === null) open.push(command);
      else waiting.push(known);
    }
  }
  return { steps, changes, next, open };
}
