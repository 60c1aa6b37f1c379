import { Command } from "commander";
import { EXAMPLES } from "./examples.ts";
import { EXIT } from "./program.ts";
import { version } from "./version.ts";

const HELP_END = `
Settings come from the environment and .env; .env.example lists them all.

Examples:
  orderflow demo                    see it work in a simulated world
  orderflow tail --tier WHALE       fills of the best wallets as they come
  orderflow signals --why <id>      what a signal was decided on

Exit codes: 0 done, 1 failed, 2 cannot start, refused or misused, 130 ended by Ctrl-C without a result.`;

/** `orderflow` with these commands. */
export function createLine(adders: readonly ((cli: Command) => void)[]): Command {
  const cli = new Command("orderflow")
    .description("Reads every Polymarket fill, scores every wallet, and trades on paper.")
    .version(version)
    .addHelpText("after", HELP_END)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.done : EXIT.cannotStart));
  for (const add of adders) add(cli);
  for (const command of cli.commands) {
    const examples = EXAMPLES[command.name()];
    if (examples !== undefined)
      command.addHelpText("after", `\nExamples:\n${examples.map((line) => `  ${line}`).join("\n")}`);
  }
  return cli;
}
