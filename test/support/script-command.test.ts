import { expect, test, vi } from "vitest";
import { numeric, scriptCommand } from "./script-command.ts";

test.each([
  ["--help", 0, "Usage: npm run soak -- [options]"],
  ["--minuts", 2, "error: unknown option '--minuts'"],
  ["--minutes=x", 2, "A number from 0 up is needed."],
  ["more", 2, "too many arguments"],
])("%s ends with %i and says why", (arg, code, said) => {
  const exit = vi.spyOn(process, "exit").mockImplementation((given) => {
    throw new Error(`exit ${given}`);
  });
  let text = "";
  const hear = (piece: string): void => {
    text += piece;
  };
  try {
    const command = scriptCommand("soak", "Trouble.").option("--minutes <number>", "of trouble", numeric, 1);
    command.configureOutput({ writeOut: hear, writeErr: hear });
    expect(() => command.parse([arg], { from: "user" })).toThrow(`exit ${code}`);
    expect(text).toContain(said);
  } finally {
    exit.mockRestore();
  }
});
