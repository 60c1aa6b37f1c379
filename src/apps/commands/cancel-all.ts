import { type Command, InvalidArgumentError } from "commander";
import { RejectedError } from "../../core/errors.ts";
import { SECOND_MS } from "../../core/time/time.ts";
import { type CancelEverything, cancelEverything } from "../../services/manual/cancel-everything.ts";
import { openAccount, openKeptClient } from "../live/account.ts";
import { EXIT, orStopped, type Program, runProgram } from "../program.ts";

type Flags = { readonly for: number; readonly json?: true };

function parseSeconds(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value > 86_400)
    throw new InvalidArgumentError("Whole seconds up to 86400 are needed.");
  return value;
}

/** The brake: it needs the venue and credentials, and neither database nor executor nor, once logged in, the signer. */
export function addCancelAll(cli: Command): void {
  cli
    .command("cancel-all")
    .description("cancel every order that rests at the venue, whatever else is down")
    .option("--for <seconds>", "how long to go on trying where the venue does not answer", parseSeconds, 60)
    .option("--json", "the outcome as JSON")
    .addHelpText("after", "\nExit code 0: nothing rests any more. 1: something may. 2: wrong settings.")
    .action((flags: Flags) =>
      runProgram((program) =>
        orStopped(
          program,
          () => "Stopped before the venue said that nothing rests: run it again.",
          () => run(program, flags),
        ),
      ),
    );
}

async function run(program: Program, { for: seconds, json }: Flags): Promise<number> {
  const { terminal } = program;
  const tell = (line: string): void => {
    if (json !== true) terminal.writeLine(line);
  };
  const outcome = await cancel(program, seconds * SECOND_MS, tell);
  if (json === true) terminal.writeLine(JSON.stringify(outcome, null, 2));
  for (const { orderHash, reason } of outcome.left)
    tell(`still there: ${orderHash}${reason === null ? "" : ` (${reason})`}`);
  tell(
    `Cancelled ${outcome.cancelled}; ${outcome.left.length === 0 ? "nothing rests" : `${outcome.left.length} still rest`}.`,
  );
  return outcome.left.length === 0 ? EXIT.done : EXIT.failed;
}

/** First with what is kept, without a question asked before; a new login only where the venue wants one. */
async function cancel(program: Program, forMs: number, tell: (line: string) => void): Promise<CancelEverything> {
  const { clock, signal } = program;
  const kept = openKeptClient(program);
  try {
    if (kept !== null) return await cancelEverything({ client: kept, clock, tell }, forMs, signal);
  } catch (error) {
    if (!(error instanceof RejectedError && error.context.status === 401)) throw error;
  }
  const { client } = await openAccount(program, signal);
  return cancelEverything({ client, clock, tell }, forMs, signal);
}
