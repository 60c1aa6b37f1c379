import type { Command } from "../engine/command.ts";
import { toJson } from "../engine/encode.ts";
import type { EngineEvent } from "../engine/event.ts";
import type { EngineState } from "../engine/state.ts";
import { hashValue } from "../engine/state-hash.ts";
import { step } from "../engine/step.ts";

export type RecordedStep = {
  readonly seq: number;
  readonly event: EngineEvent;
  readonly commands: readonly Command[];
  /** Of the state after it; null where none was kept. */
  readonly stateHash: string | null;
};

export type SessionParity = {
  readonly steps: number;
  /** Of them, those whose state could be compared. */
  readonly states: number;
  /** The first step that came out differently; null: none did. */
  readonly differsAt: number | null;
};

/**
 * A recorded session once more: what came in is told to the engine again, books and answers as they were recorded. The
 * commands of each step and the hashes of the state have to come out the same.
 */
export class SessionReplay {
  private state: EngineState | null = null;
  private parity: SessionParity = { steps: 0, states: 0, differsAt: null };

  /** Steps from the first of a journal on, without a gap. */
  take({ seq, event, commands, stateHash }: RecordedStep): void {
    const again = step(this.state, event);
    this.state = again.state;
    const same =
      hashStored(again.commands) === hashStored(commands) &&
      (stateHash === null || hashValue(again.state) === stateHash);
    this.parity = {
      steps: this.parity.steps + 1,
      states: this.parity.states + (stateHash === null ? 0 : 1),
      differsAt: this.parity.differsAt ?? (same ? null : seq),
    };
  }

  result(): SessionParity {
    return this.parity;
  }
}

/** As storage has it: without the order of keys, and without those that hold nothing. */
const hashStored = (commands: readonly Command[]): string => hashValue(JSON.parse(JSON.stringify(toJson(commands))));
