import type { ChangedRow, Command } from "../../core/engine/command.ts";
import type { EngineEvent } from "../../core/engine/event.ts";
import { upgradeState, withMoney } from "../../core/engine/recover.ts";
import type { EngineState } from "../../core/engine/state.ts";
import { hashValue } from "../../core/engine/state-hash.ts";
import { RULE_VERSION, step } from "../../core/engine/step.ts";
import { InvariantError } from "../../core/errors.ts";
import { addMs, type EpochMs } from "../../core/time/time.ts";
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
  /** What is known without asking; a request that it answers is not returned. */
  readonly answer?: (command: Command) => EngineEvent | null;
  /** Stores the whole state too, e.g. before the end. */
  readonly snapshot: boolean;
};

/** The reader's place is stored at least this often, although nothing happened. */
const CURSOR_SAVE_MS = 30_000;

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
    // Whatever moved money is stored as a state, so that a start never repeats it under changed rules.
    const moneyMoved = changes.some((change) => change.kind === "position" || change.kind === "order");
    const snapshot = input.snapshot || lastSeq - snapshotSeq >= config.timing.snapshotSteps;
    const { at, handledControls } = input;
    await store.save({
      steps: steps.map((each) => (each.seq === lastSeq ? { ...each, stateHash: hashValue(next) } : each)),
      changes,
      cursor: input.cursor,
      handledControls,
      seq: lastSeq,
      state: next,
      snapshot,
      moneyMoved,
      forgetBefore: addMs(at, -config.timing.journalKeepMs),
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
      const steps = [{ seq: seq + 1, ruleVersion: RULE_VERSION, event, commands: [], stateHash: null }];
      await save(steps, changes, state, { events: [event], cursor, handledControls: [], at, snapshot: true });
    },
    async commit(input: CommitInput): Promise<readonly Command[]> {
      const steps: JournalStep[] = [];
      const changes: ChangedRow[] = [];
      const open: Command[] = [];
      let next = state;
      // An answer comes at once, before later events: as it would if the two had been read apart.
      const waiting = [...input.events].reverse();
      for (let event = waiting.pop(); event !== undefined; event = waiting.pop()) {
        const { state: after, commands, changes: rows } = step(next, event);
        if (after === next && commands.length === 0) continue;
        steps.push({ seq: seq + steps.length + 1, ruleVersion: RULE_VERSION, event, commands, stateHash: null });
        changes.push(...rows);
        next = after;
        for (const command of commands) {
          const known = input.answer?.(command) ?? null;
          if (known === null) open.push(command);
          else waiting.push(known);
        }
      }
      const cursorIsDue = input.cursor !== cursor && (savedAt === null || input.at - savedAt >= CURSOR_SAVE_MS);
      const snapshotIsDue = input.snapshot && seq + steps.length > snapshotSeq;
      if (steps.length > 0 || input.handledControls.length > 0 || cursorIsDue || snapshotIsDue) {
        await save(steps, changes, next, input);
      } else {
        cursor = input.cursor;
      }
      return open;
    },
  };
}
