import { Command, InvalidArgumentError } from "commander";

/** A number for an option of a script. */
export function numeric(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError("A number from 0 up is needed.");
  return value;
}

/**
 * The command line of an npm script: `--help` prints its options and ends with 0, what it does not understand ends with a
 * sentence and 2, as the commands of the program do.
 */
export const scriptCommand = (name: string, description: string): Command =>
  new Command(`npm run ${name} --`)
    .description(description)
    .allowExcessArguments(false)
    .showHelpAfterError("(--help lists the options)")
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
