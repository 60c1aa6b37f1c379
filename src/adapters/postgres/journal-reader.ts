import type { TradingMode } from "../../core/execution/position.ts";
import type { JournalReader } from "../../ports/backtest.ts";
import type { Database } from "./connect.ts";
import { JOURNAL_COLUMNS, toSteps } from "./journal-rows.ts";

const ROWS_PER_PAGE = 1_000;

export const createJournalReader = (db: Database, mode: TradingMode): JournalReader => ({
  async *read() {
    for (let after = 0n; ; ) {
      const rows = await db.kysely
        .selectFrom("flow.journal")
        .select(JOURNAL_COLUMNS)
        .where("mode", "=", mode)
        .where("seq", ">", after)
        .orderBy("seq")
        .limit(ROWS_PER_PAGE)
        .execute();
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.seq;
      yield toSteps(rows);
    }
  },
});
