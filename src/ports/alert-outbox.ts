import type { NoticeKind } from "../core/engine/command.ts";
import type { EpochMs } from "../core/time/time.ts";

/** What the engine tells, and what only the process around it sees. */
export type AlertKind = NoticeKind | "feedSilent" | "feedBack" | "error" | "difference" | "mode" | "contract";

export type AlertFacts = Readonly<Record<string, string | number | null>>;

export type Alert = {
  readonly id: string;
  readonly kind: AlertKind;
  readonly facts: AlertFacts;
  readonly createdAt: EpochMs;
};

/**
 * Alerts that wait to be sent. Executor and listener write theirs in the transaction of what they tell; a sender follows,
 * outside of every transaction. Sent first and marked afterwards: a sender killed in between sends that one message again.
 */
export type AlertOutbox = {
  /** Becomes the only sender. @returns a function that gives the place up; null while another one has it. */
  tryLock(onLost: () => void): Promise<(() => Promise<void>) | null>;
  /** Oldest first. */
  waiting(limit: number): Promise<readonly Alert[]>;
  markSent(ids: readonly string[], at: EpochMs): Promise<void>;
  /** Will never be sent. */
  drop(ids: readonly string[], failure: string, at: EpochMs): Promise<void>;
  /** For what has no transaction of its own. @param key the same for the same fact: written once */
  record(key: string, kind: AlertKind, facts: AlertFacts, at: EpochMs): Promise<void>;
  /** Time of the newest block held; null: none. */
  chainAsOf(): Promise<EpochMs | null>;
};
