import { type Command, InvalidArgumentError } from "commander";
import { demoEnvironment } from "../demo/environment.ts";
import type { DemoOptions } from "../demo/options.ts";
import { runDemo } from "../demo/run-demo.ts";
import { runProgram } from "../program.ts";

type Flags = {
  readonly speed: number;
  readonly seed: number;
  readonly seconds?: number;
  readonly keep?: true;
  readonly data: string;
  readonly report?: string;
};

const numberIn =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= min && value <= max)) {
      throw new InvalidArgumentError(`A number from ${min} to ${max} is needed.`);
    }
    return value;
  };

const toOptions = ({ speed, seed, seconds, keep, data, report }: Flags): DemoOptions => ({
  speed,
  seed,
  seconds: seconds ?? null,
  keep: keep ?? false,
  folder: data,
  report: report ?? null,
});

export function addDemo(cli: Command): void {
  cli
    .command("demo")
    .description("run everything against a simulated world: no keys, no network")
    .option("--speed <times>", "how many times as fast as reality time runs", numberIn(1, 600), 60)
    .option("--seed <number>", "which world", numberIn(0, 2 ** 31), 1)
    .option("--seconds <number>", "stop after this many seconds", numberIn(1, 86_400))
    .option("--keep", "go on until Ctrl-C")
    .option("--data <folder>", "where its database is kept; emptied at the start", "./demo-data")
    .option("--report <file>", "write the figures of the summary as JSON")
    .addHelpText(
      "after",
      "\nWithout --seconds and --keep it ends after a minute, or later when a market's resolution has closed the first paper position.",
    )
    .action((flags: Flags) =>
      runProgram((program) => runDemo(toOptions(flags), program), { load: () => demoEnvironment(null), log: "output" }),
    );
}
