import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Short: a socket's path inside it may have about 100 characters. */
const NAME = /^of-(\d+)$/;
/** How folders of ours begin; what Node, Chromium and others leave there is no fault of a test. */
const OURS = "orderflow-";

/**
 * The folder in which this process and its children make their temporary files from now on. Those of runs that were killed go.
 * @param parent the system's folder of temporary files
 */
export function createRunFolder(parent: string = tmpdir()) {
  for (const name of readdirSync(parent)) {
    const pid = Number(NAME.exec(name)?.[1] ?? process.pid);
    if (!isAlive(pid)) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const path = join(parent, `of-${process.pid}`);
  // PostgreSQL runs as another user and has to get through.
  mkdirSync(path, { recursive: true, mode: 0o755 });
  const before = process.env.TMPDIR;
  process.env.TMPDIR = path;
  return {
    path,
    /** @throws Error naming what tests left there, of our own folders, other than scratch folders; it is removed all the same */
    remove(): void {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      const left = readdirSync(path).filter((name) => name.startsWith(OURS));
      rmSync(path, { recursive: true, force: true });
      if (left.length > 0)
        throw new Error(`tests left ${left.length} temporary files behind: ${left.sort().join(", ")}`);
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
