import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { createCommandLine } from "./command-line.ts";

const withParents = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(withParents)];

/** All that stands in the help, with what is added at its end. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (piece) => (text += piece) }).outputHelp();
  return text;
}

test("every command's help ends with examples that can be typed, or has commands of its own", () => {
  const cli = createCommandLine();
  for (const command of cli.commands) {
    const help = helpOf(command);
    if (command.commands.length === 0) expect(help, command.name()).toMatch(/Examples?:\n/);
    const typed = help.split(/Examples?:\n/)[1] ?? "";
    for (const [, name = ""] of typed.matchAll(/(?:^| )orderflow ([a-z-]+)/gm)) {
      expect(cli.commands.map((one) => one.name())).toContain(name);
    }
    const options = [command, ...command.commands].map((one) => one.helpInformation()).join();
    for (const [option] of typed.matchAll(/--[a-z-]+/g)) expect(options, command.name()).toContain(option);
  }
});

describe("every command", () => {
  test.each(withParents(createCommandLine()).map((command) => [command.name(), command] as const))(
    "%s has a help that says what it is for",
    (_, command) => {
      expect(command.description()).not.toBe("");
      expect(command.helpInformation()).toContain("Usage: orderflow");
    },
  );
});
