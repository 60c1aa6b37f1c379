import type { ChangedRow, Command } from "../../core/engine/command.ts";
import type { EngineEvent } from "../../core/engine/event.ts";
import type { EngineState } from "../../core/engine/state.ts";
import { RULE_VERSION, step } from "../../core/engine/step.ts";
import { InvariantError } from "../../core/errors.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { ExecutorStore, JournalStep } from "../../ports/executor-store.ts";
import type { ExecutorConfig } from "./executor-config.ts";

export type EngineRunner = {
  state(): EngineState;
  cursor(): bigint;
  /**
   * Steps through the events and stores what came of it, in one transaction; only then are the commands returned.
   * After an error the runner is spent: what was stored is not known here.
   */
  commit(input: CommitInput): Promise<readonly Command[]>;
};

export type CommitInput = {
  readonly events: readonly EngineEvent[];
  readonly cursor: bigint;
  readonly handledControls: readonly string[];
  readonly at: EpochMs;
  /** Stores the whole state too, e.g. before the end. */
  readonly snapshot: boolean;
};

/** The reader's place is stored at least this often, although nothing happened. */
const CURSOR_SAVE_MS = 30_000;

/** Loads where the last executor stopped: its snapshot, and the steps after it taken again. */
export async function recoverEngine(store: ExecutorStore, config: ExecutorConfig, at: EpochMs): Promise<EngineRunner> {
  const loaded = await store.load();
  let seq = loaded.snapshot?.seq ?? 0;
  let state: EngineState | null = loaded.snapshot?.state ?? null;
  for (const past of loaded.steps) {
    if (past.seq !== seq + 1) throw new InvariantError("JOURNAL_GAP", "a step of the journal is missing", { seq });
    state = step(state, past.event).state;
    seq = past.seq;
  }
  const first: EngineEvent = { kind: "started", at, config: config.engine };
  const begun = step(state, first);
  const runner = createRunner(store, config, { state: begun.state, seq, cursor: loaded.cursor });
  await runner.commitFirst({ event: first, changes: begun.changes, at });
  return runner;
}

type Place = { readonly state: EngineState; readonly seq: number; readonly cursor: bigint };
type FirstStep = { readonly event: EngineEvent; readonly changes: readonly ChangedRow[]; readonly at: EpochMs };

function createRunner(store: ExecutorStore, config: ExecutorConfig, start: Place) {
  let { state, seq, cursor } = start;
  let snapshotSeq = seq;
  let savedAt: EpochMs | null = null;

  async function save(
    steps: readonly JournalStep[],
    changes: readonly ChangedRow[],
    next: EngineState,
    input: CommitInput,
  ) {
    const lastSeq = seq + steps.length;
    // Whatever moved money is in the snapshot, so that a start never repeats it under changed rules.
    const moved = changes.some((change) => change.kind === "position" || change.kind === "order");
    const snapshot = input.snapshot || moved || lastSeq - snapshotSeq >= config.timing.snapshotSteps;
    const { at, handledControls } = input;
    await store.save({
      steps,
      changes: newest(changes),
      cursor: input.cursor,
      handledControls,
      seq: lastSeq,
      state: next,
      snapshot,
      at,
    });
    state = next;
    seq = lastSeq;
    cursor = input.cursor;
    savedAt = at;
    if (snapshot) snapshotSeq = lastSeq;
  }

  return {
    state: () => state,
    cursor: () => cursor,
    async commitFirst({ event, changes, at }: FirstStep): Promise<void> {
      const steps = [{ seq: seq + 1, ruleVersion: RULE_VERSION, event, commands: [] }];
      await save(steps, changes, state, { events: [event], cursor, handledControls: [], at, snapshot: true });
    },
    async commit(input: CommitInput): Promise<readonly Command[]> {
      const steps: JournalStep[] = [];
      const changes: ChangedRow[] = [];
      let next = state;
      for (const event of input.events) {
        const result = step(next, event);
        if (result.state === next && result.commands.length === 0) continue;
        steps.push({ seq: seq + steps.length + 1, ruleVersion: RULE_VERSION, event, commands: result.commands });
        changes.push(...result.changes);
        next = result.state;
      }
      const cursorIsDue = input.cursor !== cursor && (savedAt === null || input.at - savedAt >= CURSOR_SAVE_MS);
      const snapshotIsDue = input.snapshot && seq + steps.length > snapshotSeq;
      if (steps.length > 0 || input.handledControls.length > 0 || cursorIsDue || snapshotIsDue) {
        await save(steps, changes, next, input);
      } else {
        cursor = input.cursor;
      }
      return steps.flatMap((each) => each.commands);
    },
  };
}

/** Of several versions of a row in one batch only the last is written; orders keep theirs, they carry fills. */
function newest(changes: readonly ChangedRow[]): readonly ChangedRow[] {
  const last = new Map<string, ChangedRow>();
  for (const change of changes) {
    const key = rowKey(change);
    last.delete(key);
    last.set(key, change);
  }
  // Signals first: positions and orders refer to them.
  const order = { signal: 0, position: 1, order: 2, performance: 3 };
  return [...last.values()].sort((a, b) => order[a.kind] - order[b.kind]);
}

function rowKey(change: ChangedRow): string {
  switch (change.kind) {
    case "signal":
      return change.signal.id;
    case "position":
      return change.position.id;
    case "order":
      return change.order.clientOrderId;
    case "performance":
      return change.row.date;
  }
}
