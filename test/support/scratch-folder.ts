import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folders: string[] = [];
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/**
 * A new temporary folder, gone when the process or the run of the tests ends: a worker may end without its last word, and then it
 * goes with the folder of the run.
 */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `scratch-${name}-`));
  folders.push(folder);
  return folder;
}
