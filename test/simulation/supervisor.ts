import { ConfigError, PayloadError, ProviderInconsistencyError, TransientError } from "../../src/core/errors.ts";
import type { SimProcess } from "./sim-process.ts";
import type { SimTime } from "./sim-time.ts";

/** A process that does not get where it must, or ends as it must not. */
export class Stuck extends Error {}

/** Keeps processes running: whoever is gone is started again, a while later. */
export type Supervisor = {
  /**
   * Starts a process now, and again whenever it is gone, until it ends as it was asked to.
   * @param mayGiveUp whether it may end because nobody answers for long
   */
  run(start: () => SimProcess, mayGiveUp?: boolean): void;
  /** @throws Stuck when one ended as it must not. */
  lookAfter(): Promise<void>;
  killAll(): Promise<void>;
  kills(): number;
  /** What the processes say of themselves. */
  detail(): string;
};

type Slot = { readonly start: () => SimProcess; readonly mayGiveUp: boolean; process: SimProcess | null };

const RESTART_MS = 1_000;

/** @param awayMs how long processes stay away that were killed, in turn. */
export function createSupervisor(time: SimTime, awayMs: readonly number[]): Supervisor {
  let slots: readonly Slot[] = [];
  let kills = 0;

  async function replace(slot: Slot, gone: SimProcess): Promise<void> {
    slot.process = null;
    const ending = gone.ending();
    const isKilled = gone.life.isDead();
    if (isKilled) kills += 1;
    else if (ending?.error != null && !mayEndWith(ending.error, slot.mayGiveUp))
      throw new Stuck(`ended with ${describe(ending.error)}`);
    gone.life.kill();
    await time.settled();
    if (!isKilled && ending?.error === null) return;
    const away = isKilled ? (awayMs[kills % awayMs.length] ?? 0) : RESTART_MS;
    time.at(time.now() + away, () => {
      if (slots.includes(slot)) slot.process = slot.start();
    });
  }

  return {
    run(start, mayGiveUp = false) {
      slots = [...slots, { start, mayGiveUp, process: start() }];
    },
    async lookAfter() {
      for (const slot of slots) {
        const { process } = slot;
        if (process !== null && (process.life.isDead() || process.ending() !== null)) await replace(slot, process);
      }
    },
    async killAll() {
      for (const { process } of slots) process?.life.kill();
      slots = [];
      await time.settled();
    },
    kills: () => kills,
    detail: () => slots.map(({ process }) => process?.health()?.detail ?? "no listener").join("; "),
  };
}

/** A provider that does not stop contradicting itself or failing, or none that answers at the start, may end a process. */
const mayEndWith = (error: unknown, mayGiveUp: boolean): boolean =>
  error instanceof ProviderInconsistencyError ||
  error instanceof PayloadError ||
  (mayGiveUp && error instanceof TransientError) ||
  (error instanceof ConfigError && error.message.startsWith("None of the endpoints"));

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
