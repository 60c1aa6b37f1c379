import { type Command, InvalidArgumentError } from "commander";
import { InputError } from "../../core/errors.ts";
import { parseAddress } from "../../core/ids/ids.ts";
import { withDesk } from "../desk.ts";
import { explanationText } from "../explanation-tables.ts";
import { runProgram } from "../program.ts";
import { jsonText, renderTable } from "../table.ts";

type Flags = { readonly json?: true };

function parseWallet(text: string): string {
  try {
    return parseAddress(text);
  } catch {
    throw new InvalidArgumentError("A wallet is 0x and 40 hex digits.");
  }
}

export function addScore(cli: Command): void {
  const score = cli
    .command("score")
    .description("show everything that is known about one wallet")
    .argument("<wallet>", "address of the wallet", parseWallet)
    .option("--json", "as JSON")
    .action((wallet: string, { json }: Flags) =>
      runProgram((program) =>
        withDesk(program, async (desk) => {
          const row = (await desk.wallet(wallet)) ?? unknown(wallet);
          if (json === true) return program.terminal.writeLine(jsonText(row));
          const lines = Object.entries(row).map(([name, value]) => [name, showValue(name, value)]);
          program.terminal.writeLine(renderTable([{ title: "field" }, { title: "value" }], lines));
        }),
      ),
    );
  score
    .command("explain")
    .description("show what a score is made of: its parts, units, edge, tier and history, and what was left out")
    .argument("<wallet>", "address of the wallet", parseWallet)
    .action((wallet: string, _: unknown, command: Command) =>
      runProgram((program) =>
        withDesk(program, async (desk) => {
          const { json } = command.optsWithGlobals<Flags>();
          const explanation = (await desk.explain(wallet)) ?? unknown(wallet);
          const { terminal } = program;
          terminal.writeLine(json === true ? jsonText(explanation) : explanationText(explanation, terminal.columns()));
        }),
      ),
    );
}

function unknown(wallet: string): never {
  throw new InputError("WALLET_UNKNOWN", `no fill of ${wallet} has been read; \`orderflow status\` says what has been`);
}

function showValue(name: string, value: unknown): string {
  if (value === null) return "–";
  if (typeof value === "number" && /_at$|_calculated$/.test(name)) return new Date(value).toISOString();
  if (typeof value === "number" && !Number.isInteger(value)) return value.toFixed(4);
  return String(value);
}
