import { expect, test, vi } from "vitest";
import { AbortedError } from "../core/errors.ts";
import { EXIT, orStopped, type ProgramSetup, runProgram } from "./program.ts";

test.each([
  ["progress", EXIT.forced],
  ["output", EXIT.done],
] as const)("what is stopped while its log is its %s ends with %i", async (log, code) => {
  const exit = vi.spyOn(process, "exit").mockReturnValue(undefined as never);
  const stderr = vi.spyOn(process.stderr, "write");
  const setup: ProgramSetup = { log, load: () => ({ LOG_LEVEL: "warn", LOG_FORMAT: "json" }) as never };
  try {
    await runProgram(() => Promise.reject<number>(new AbortedError()), setup);
    await vi.waitFor(() => expect(exit).toHaveBeenCalledWith(code));
    expect(stderr.mock.calls.flat().includes("orderflow: stopped before it was done\n")).toBe(code === EXIT.forced);
  } finally {
    process.exitCode = undefined;
    for (const name of ["SIGINT", "SIGTERM", "uncaughtException"]) {
      const mine = process.listeners(name as "SIGINT").at(-1);
      if (mine !== undefined) process.off(name, mine);
    }
    vi.restoreAllMocks();
  }
});

test("a command that is stopped half-way says so and is not done; what else goes wrong is not hidden", async () => {
  const said: string[] = [];
  const terminal = { writeLine: (line: string) => void said.push(line) } as never;
  const run = (work: () => Promise<number>) => orStopped({ terminal }, () => "half-way", work);
  expect(await run(async () => EXIT.done)).toBe(EXIT.done);
  expect(said).toEqual([]);
  expect(await run(() => Promise.reject(new AbortedError()))).toBe(EXIT.failed);
  expect(said).toEqual(["half-way"]);
  await expect(run(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
});
