import type { RecordedStep } from "../../core/backtest/session.ts";
import { fromJson } from "../../core/engine/encode.ts";
import { unpackEvent } from "../../core/engine/journal-form.ts";
import type { TradingMode } from "../../core/execution/position.ts";
import type { JournalReader } from "../../ports/backtest.ts";
import type { Database } from "./connect.ts";

const STEPS_PER_PAGE = 5_000;

export const createJournalReader = (db: Database, mode: TradingMode): JournalReader => ({
  async *read() {
    for (let after = 0n; ; ) {
      const rows = await db.kysely
        .selectFrom("flow.journal")
        .select(["seq", "event", "commands", "state_hash"])
        .where("mode", "=", mode)
        .where("seq", ">", after)
        .orderBy("seq")
        .limit(STEPS_PER_PAGE)
        .execute();
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.seq;
      yield rows.map(({ seq, event, commands, state_hash: stateHash }) => ({
        ...{ seq: Number(seq), event: unpackEvent(event), stateHash },
        commands: fromJson(commands) as RecordedStep["commands"],
      }));
    }
  },
});
