import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../../core/errors.ts";

/** Where in `DATA_DIR` the embedded engine keeps its files. */
export const embeddedFolder = (folder: string): string => join(folder, "pglite");

/** Whether there is anything of one: who only looks makes none. */
export const hasEmbedded = (folder: string): boolean =>
  existsSync(embeddedFolder(folder)) && readdirSync(embeddedFolder(folder)).length > 0;

type Holder = { readonly pid: number; readonly host: string; readonly startedAt: string };

/** Another running process has the folder. */
export class FolderHeldError extends ConfigError {
  readonly pid: number;

  constructor(folder: string, pid: number) {
    super([`DATA_DIR: the folder ${folder} is in use by process ${pid}; stop that one or choose another folder`]);
    this.pid = pid;
  }
}

const heldHere = new Set<string>();

/** Ticks since boot at which the process started: tells a reused pid from the one that took the lock. Linux only. */
function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A holder on another host cannot be asked; containers change their name at every start, so it counts as gone. */
const isAlive = (holder: Holder): boolean =>
  holder.host === hostname() && isRunning(holder.pid) && processStart(holder.pid) === holder.startedAt;

function readHolder(path: string): { text: string; holder: Holder | null } {
  try {
    const text = readFileSync(path, "utf8");
    try {
      return { text, holder: JSON.parse(text) as Holder };
    } catch {
      return { text, holder: null };
    }
  } catch {
    return { text: "", holder: null };
  }
}

/** Moves a dead holder's file away; puts it back when another process has just taken the lock. */
function removeStale(path: string, seen: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readFileSync(aside, "utf8") !== seen) {
    try {
      linkSync(aside, path);
    } catch {
      // A third process holds it by now; the next attempt sees that.
    }
  }
  rmSync(aside, { force: true });
}

/** A file of that name is no other process that holds it. */
function makeFolder(folder: string): void {
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new ConfigError([`DATA_DIR: ${folder} is a file, and a folder is needed`]);
  mkdirSync(folder, { recursive: true });
}

/**
 * The embedded engine may be opened by one process at a time; a second would destroy the data.
 * A lock left by a killed process is taken over.
 * @returns a function that gives the folder back
 * @throws FolderHeldError when another running process holds the folder; ConfigError when it cannot be written
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, "orderflow.lock");
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), startedAt: processStart(process.pid) });
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      makeFolder(folder);
      writeFileSync(path, mine, { flag: "wx" });
      heldHere.add(path);
      return () => {
        heldHere.delete(path);
        rmSync(path, { force: true });
      };
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      const code = (error as NodeJS.ErrnoException).code ?? "";
      if (code !== "EEXIST") throw new ConfigError([`DATA_DIR: the folder ${folder} cannot be written (${code})`]);
    }
    const { text, holder } = readHolder(path);
    if (heldHere.has(path) || (holder !== null && isAlive(holder))) {
      throw new FolderHeldError(folder, holder?.pid ?? process.pid);
    }
    removeStale(path, text);
  }
  throw new ConfigError([`DATA_DIR: the folder ${folder} is contended; another process is starting on it`]);
}
