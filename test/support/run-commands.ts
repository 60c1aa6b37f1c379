import { execFile } from "node:child_process";
import { join } from "node:path";
import type { CommandOutcome } from "./command-runner.ts";

const RUNNER = join(import.meta.dirname, "command-runner.ts");

/**
 * Commands of the program, one after the other in one process of its own, with nothing of the caller's environment but PATH: a
 * start costs a second each.
 * @throws with what was said when the process ends before the last one has
 */
export function runCommands(
  cwd: string,
  lists: readonly (readonly string[])[],
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly CommandOutcome[]> {
  const env = { PATH: process.env.PATH ?? "", ...environment };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [RUNNER, JSON.stringify(lists)], { cwd, env }, (error, out, err) => {
      if (error !== null) return reject(new Error(out + err));
      const lines = out.trim().split("\n");
      return resolve(lines.map((line) => JSON.parse(line) as CommandOutcome));
    });
  });
}
