import { expect, test } from "vitest";
import { AbortedError } from "../core/errors.ts";
import { EXIT, orStopped } from "./program.ts";

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
