import { type Command, InvalidArgumentError } from "commander";
import { InputError } from "../../core/errors.ts";
import { type Desk, withDesk } from "../desk.ts";
import { performanceTable, positionsTable, reasonsText, signalsTable } from "../desk-tables.ts";
import { driftText } from "../live-tables.ts";
import { runProgram } from "../program.ts";
import { jsonText } from "../table.ts";

type Flags = { readonly json?: true; readonly limit: number };

export const positive = (text: string): number => {
  const value = Number(text);
  if (!(Number.isInteger(value) && value >= 1 && value <= 100_000)) {
    throw new InvalidArgumentError("A whole number from 1 to 100000 is needed.");
  }
  return value;
};

/** Asks the desk, and writes the answer as JSON or as a table that fits the terminal. */
function show<T>(
  ask: (desk: Desk) => Promise<T>,
  render: (answer: T, width: number) => string,
  { json }: { readonly json?: true },
): Promise<void> {
  return runProgram((program) =>
    withDesk(program, async (desk) => {
      const answer = await ask(desk);
      const { terminal } = program;
      terminal.writeLine(json === true ? jsonText(answer) : render(answer, terminal.columns()));
    }),
  );
}

const orNothing =
  <Row>(nothing: string, table: (rows: readonly Row[], width: number) => string) =>
  (rows: readonly Row[], width: number): string =>
    rows.length === 0 ? nothing : table(rows, width);

async function reasonsOf(desk: Desk, id: string) {
  const found = await desk.signalReasons(id);
  if (found === null)
    throw new InputError("SIGNAL_UNKNOWN", `there is no signal ${id}; \`orderflow signals\` lists them`);
  return found;
}

/** Signals, positions and performance on a terminal. */
export function addViews(cli: Command): void {
  cli
    .command("signals")
    .description("list the newest signals; --why shows all that one was decided on")
    .option("--why <id>", "inputs, score, book and every check of one signal")
    .option("--limit <count>", "how many", positive, 20)
    .option("--json", "as JSON")
    .action(({ why, limit, ...flags }: Flags & { readonly why?: string }) =>
      why === undefined
        ? show((desk) => desk.signals(limit), orNothing("No signal yet.", signalsTable), flags)
        : show((desk) => reasonsOf(desk, why), reasonsText, flags),
    );
  cli
    .command("positions")
    .description("list positions, open ones first")
    .option("--limit <count>", "how many", positive, 20)
    .option("--json", "as JSON")
    .action(({ limit, ...flags }: Flags) =>
      show((desk) => desk.positions(limit), orNothing("No position yet.", positionsTable), flags),
    );
  cli
    .command("performance")
    .description("list the days, newest first")
    .option("--limit <days>", "how many", positive, 30)
    .option("--json", "as JSON")
    .action(({ limit, ...flags }: Flags) =>
      show((desk) => desk.performance(limit), orNothing("No day yet.", performanceTable), flags),
    );
  cli
    .command("drift")
    .description("hold live orders against their paper twins: price, share filled, latency, P&L")
    .option("--limit <count>", "how many orders", positive, 20)
    .option("--json", "as JSON")
    .action(({ limit, ...flags }: Flags) => show((desk) => desk.drift(limit), driftText, flags));
}
