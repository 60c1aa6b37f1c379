import type { EngineEvent } from "../../core/engine/event.ts";
import type { Clock } from "../../ports/clock.ts";

/** Where answers and hints wait until the loop takes them up: the loop alone steps the engine. */
export type Mailbox = {
  push(event: EngineEvent): void;
  /** Something may be in the database. */
  hint(): void;
  /** Something moved that the loop looks at by itself; nothing need be read. */
  nudge(): void;
  /** A background task met an error that this process cannot outlive; the loop throws it. */
  fail(error: unknown): void;
  /** @throws what `fail` was given */
  take(): { readonly events: readonly EngineEvent[]; readonly hinted: boolean };
  /** Nothing waits to be taken. */
  isEmpty(): boolean;
  /** Until something arrives, `ms` passed or `signal` aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
};

export function createMailbox(clock: Clock): Mailbox {
  let events: EngineEvent[] = [];
  let hinted = false;
  let nudged = false;
  let failure: { readonly error: unknown } | null = null;
  let waiting = new AbortController();

  const arrived = (): void => waiting.abort();
  const isEmpty = (): boolean => events.length === 0 && !hinted && !nudged && failure === null;
  return {
    push(event) {
      events.push(event);
      arrived();
    },
    hint() {
      hinted = true;
      arrived();
    },
    nudge() {
      nudged = true;
      arrived();
    },
    fail(error) {
      failure ??= { error };
      arrived();
    },
    take() {
      if (failure !== null) throw failure.error;
      const taken = { events, hinted };
      events = [];
      hinted = false;
      nudged = false;
      return taken;
    },
    isEmpty,
    async wait(ms, signal) {
      if (!isEmpty()) return;
      waiting = new AbortController();
      await clock.sleep(ms, AbortSignal.any([signal, waiting.signal]));
    },
  };
}
