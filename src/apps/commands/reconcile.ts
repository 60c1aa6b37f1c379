import { type Command, InvalidArgumentError } from "commander";
import { createReconciliationStore } from "../../adapters/postgres/reconciliation-store.ts";
import { runReconcile } from "../../services/reconcile/run-reconcile.ts";
import { openAccountHistory } from "../bootstrap.ts";
import { EXIT, type Program, runProgram, withDatabase } from "../program.ts";
import { createPace, createProgressLine, showShare } from "../progress-line.ts";
import { reconciliationJson, reconciliationText } from "../reconciliation-text.ts";
import { showCount } from "../table.ts";

type Flags = { readonly sample: number; readonly json?: true };

function parseSample(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < 1 || value > 10_000)
    throw new InvalidArgumentError("A whole number from 1 to 10000 is needed.");
  return value;
}

export function addReconcile(cli: Command): void {
  cli
    .command("reconcile")
    .description("compare our P&L of some wallets with the venue's own, and keep the figures")
    .option("--sample <number>", "how many wallets, others at each run", parseSample, 200)
    .option("--json", "the figures as JSON")
    .addHelpText(
      "after",
      "\nExit code 0: every difference beyond rounding has a known cause. 1: some have none, or nothing could be compared.",
    )
    .action((flags: Flags) => runProgram((program) => runCommand(program, flags)));
}

async function runCommand(program: Program, { sample, json }: Flags): Promise<number> {
  const { environment, clock, terminal, signal } = program;
  const line = createProgressLine(terminal, clock);
  const left = createPace(clock);
  return withDatabase(
    program,
    async (database) => {
      const rows = await runReconcile(
        { history: openAccountHistory(environment), store: createReconciliationStore(database), clock },
        sample,
        ({ wallets, walletsDone, requests }) => {
          const share = walletsDone / wallets;
          const text = `${showShare(share)}  ${showCount(walletsDone)} of ${showCount(wallets)} wallets`;
          line.show(`${text}  ${showCount(requests)} requests  ${left(share)}`);
        },
        signal,
      ).finally(line.end);
      if (json === true) terminal.writeLine(JSON.stringify(reconciliationJson(rows ?? []), null, 2));
      else if (rows === null) terminal.writeLine(NOTHING);
      else terminal.writeLine(reconciliationText(rows, environment.DATA_API_URL));
      const isCompared = rows?.some(({ errors }) => errors.wallets > 0) === true;
      const isExplained = rows?.every(({ errors }) => errors.causes.every(({ cause }) => cause !== "UNEXPLAINED"));
      return isCompared && isExplained === true ? EXIT.done : EXIT.failed;
    },
    { looks: true },
  );
}

const NOTHING =
  "Nothing to compare yet: no wallet has a score from blocks that we hold with their splits and transfers. " +
  "`orderflow up` follows the chain, `orderflow backfill` reads history (both with LISTEN_LIFECYCLE=true, as by default).";
