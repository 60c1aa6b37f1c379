import type { ControlCommand } from "../../core/engine/event.ts";
import type { VenueTrade } from "../../core/execution/venue-answer.ts";
import type { ClientOrderId } from "../../core/ids/ids.ts";

export type CompanionSession = {
  /** Aborts when the session ends. */
  readonly signal: AbortSignal;
  /** As a person's command. @param id the same for the same reason */
  control(command: ControlCommand, id: string): void;
  /** The trades of an order that the engine has answered, as the venue has them now. Told again it changes nothing. */
  correct(id: ClientOrderId, trades: readonly VenueTrade[]): void;
};

/** Something that lives beside a session: from when it trades until it ends. */
export type Companion = {
  /** Until `signal` aborts. Rejects only with an error that this process cannot outlive. */
  run(session: CompanionSession): Promise<void>;
};
