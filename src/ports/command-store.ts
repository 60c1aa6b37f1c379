import type { ControlCommand } from "../core/engine/event.ts";
import type { TradingState } from "../core/risk/limits.ts";
import type { EpochMs } from "../core/time/time.ts";

/** The executor as somebody outside of it sees it. */
export type ExecutorSight = {
  /** Whether some process holds the place of the executor that trades. */
  readonly isRunning: boolean;
  /** When it last wrote; null: never. A running one writes at least every half minute. */
  readonly lastSeenAt: EpochMs | null;
  /** As last stored; null before the first start. */
  readonly tradingState: TradingState | null;
};

export type CommandReceipt =
  /** Written, or found waiting since somebody asked for the same. */
  | { readonly kind: "waiting"; readonly commandId: string }
  /** Nothing to do: it is so already. `detail` is for a person. */
  | { readonly kind: "done"; readonly detail: string }
  /** Cannot be done. */
  | { readonly kind: "refused"; readonly detail: string };

/** What became of a command that somebody waited for. */
export type ControlOutcome = {
  readonly command: string;
  readonly positionId: string | null;
  readonly commandId: string | null;
  /** done: obeyed, or so already. waiting: written, not taken up yet. refused: nothing was written. */
  readonly outcome: "done" | "waiting" | "refused";
  readonly detail: string;
  readonly executor: ExecutorSight;
};

/** What a person asks of the executor, as rows that it reads. */
export type CommandStore = {
  sight(): Promise<ExecutorSight>;
  /** Writes the command unless it is waiting or done already, and wakes the executor. @param by who asks */
  submit(command: ControlCommand, by: string, at: EpochMs): Promise<CommandReceipt>;
  /** When the executor took the command up; null while it waits. */
  handledAt(commandId: string): Promise<EpochMs | null>;
};
