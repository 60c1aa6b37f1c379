import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How their names begin: the run removes them with its own folder, because workers may end without their last word. */
export const SCRATCH = "scratch-";

const folders: string[] = [];
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new temporary folder, gone when the process or the run of the tests ends. */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `${SCRATCH}${name}-`));
  folders.push(folder);
  return folder;
}
