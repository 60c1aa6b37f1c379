import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { createCommandLine } from "./command-line.ts";

const withParents = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(withParents)];

describe("every command", () => {
  test.each(withParents(createCommandLine()).map((command) => [command.name(), command] as const))(
    "%s has a help that says what it is for",
    (_, command) => {
      expect(command.description()).not.toBe("");
      expect(command.helpInformation()).toContain("Usage: orderflow");
    },
  );
});
