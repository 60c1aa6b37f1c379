import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folders: string[] = [];
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new temporary folder, gone when the process that runs the tests ends. */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `orderflow-${name}-`));
  folders.push(folder);
  return folder;
}
