import type { Command } from "commander";
import { describe, expect, test, vi } from "vitest";
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

test.each([
  [["fly"], "unknown command 'fly'"],
  [["demo", "--speed", "fast"], "A number from 1 to 600 is needed."],
  [["score", "0x12"], "A wallet is 0x and 40 hex digits."],
  [["score", "explain", "0x12"], "A wallet is 0x and 40 hex digits."],
  [["tail", "--tier", "GOOD"], "Allowed choices are WHALE"],
])("%s is refused with 2 and says why", async (args, why) => {
  const exit = vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
  const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    await expect(createCommandLine().parseAsync(args, { from: "user" })).rejects.toThrow("exit 2");
    expect(String(stderr.mock.calls)).toContain(why);
  } finally {
    exit.mockRestore();
    stderr.mockRestore();
  }
});

test("help names every command", () => {
  const cli = createCommandLine();
  for (const command of cli.commands) {
    expect(cli.helpInformation()).toMatch(new RegExp(`^  ${command.name()}\\b`, "m"));
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
