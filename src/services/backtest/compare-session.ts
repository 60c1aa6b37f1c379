import { type SessionParity, SessionReplay } from "../../core/backtest/session.ts";
import { InputError } from "../../core/errors.ts";
import type { JournalReader } from "../../ports/backtest.ts";

/** @throws InputError where the journal does not begin with its first step, or has a gap, or is empty */
export async function compareSession(journal: JournalReader): Promise<SessionParity> {
  const replay = new SessionReplay();
  let seq = 0;
  for await (const steps of journal.read()) {
    for (const step of steps) {
      if (step.seq !== seq + 1) {
        throw new InputError(
          "JOURNAL_INCOMPLETE",
          `step ${step.seq} of the journal comes where ${seq + 1} should: steps older than RETENTION_DAYS are forgotten, and ` +
            "only a journal that is still whole can be compared",
          { seq: step.seq },
        );
      }
      replay.take(step);
      seq = step.seq;
    }
  }
  if (seq === 0) {
    throw new InputError(
      "JOURNAL_EMPTY",
      "no paper session has been recorded in this database: run `orderflow up` first",
      {},
    );
  }
  return replay.result();
}
