import { createHistoryEngine } from "../../adapters/archive/history/engine.ts";
import type { Database } from "../../adapters/postgres/connect.ts";
import { createHistorySource } from "../../adapters/postgres/history-source.ts";
import type { StagedHistory } from "../../ports/backtest.ts";
import { archiveFolder } from "../archive.ts";
import { EXIT, orStopped, type Program } from "../program.ts";
import type { ProgressLine } from "../progress-line.ts";

/** Archive and database as columns, for one command. @throws AbortedError */
export function stageHistory(
  { environment, signal }: Program,
  database: Database,
  line: ProgressLine,
): Promise<StagedHistory> {
  const engine = createHistoryEngine({ folder: archiveFolder(environment.DATA_DIR) });
  return createHistorySource(database)
    .atOneMoment((moment) => engine.stage(moment, line.show, signal))
    .finally(line.end);
}

/** Stopped before there is a part that could be shown, a command says so. */
export const orNothing = (program: Program, work: () => Promise<number>): Promise<number> =>
  orStopped(program, () => "Stopped: nothing has been worked out yet.", work, EXIT.forced);
