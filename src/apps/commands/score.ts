import { type Command, InvalidArgumentError } from "commander";
import { InputError } from "../../core/errors.ts";
import { parseAddress } from "../../core/ids/ids.ts";
import { withDesk } from "../desk.ts";
import { runProgram } from "../program.ts";
import { renderTable } from "../table.ts";

function parseWallet(text: string): string {
  try {
    return parseAddress(text);
  } catch {
    throw new InvalidArgumentError("A wallet is 0x and 40 hex digits.");
  }
}

export function addScore(cli: Command): void {
  cli
    .command("score")
    .description("show everything that is known about one wallet")
    .argument("<wallet>", "address of the wallet", parseWallet)
    .action((wallet: string) =>
      runProgram((program) =>
        withDesk(program, async (desk) => {
          const row = await desk.wallet(wallet);
          if (row === null) throw new InputError("WALLET_UNKNOWN", `no fill of ${wallet} has been read`);
          const lines = Object.entries(row).map(([name, value]) => [name, showValue(name, value)]);
          program.terminal.writeLine(renderTable([{ title: "field" }, { title: "value" }], lines));
        }),
      ),
    );
}

function showValue(name: string, value: unknown): string {
  if (value === null) return "–";
  if (typeof value === "number" && /_at$|_calculated$/.test(name)) return new Date(value).toISOString();
  if (typeof value === "number" && !Number.isInteger(value)) return value.toFixed(4);
  return String(value);
}
