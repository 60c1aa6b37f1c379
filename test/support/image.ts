import { type ChildProcess, execFile, spawnSync } from "node:child_process";
import { chownSync, copyFileSync, cpSync, linkSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, matchesGlob, relative } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { layOut } from "../../deploy/lay-out-image.ts";
import { account } from "./postgres-server.ts";

const root = join(import.meta.dirname, "../..");

/** Names of the same file where both are on one disk: an image is laid out in a fraction of the time. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** What a builder gets to see: the tree without what .dockerignore leaves out, and beside it the installed packages. */
export function layOutContext(folder: string): string {
  const lines = readFileSync(join(root, ".dockerignore"), "utf8").trim().split("\n");
  const [all, ...rest] = lines;
  const kept = rest.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
  const out = rest.filter((line) => !line.startsWith("!"));
  if (all !== "*" || out.some((line) => !line.startsWith("**/")))
    throw new Error(".dockerignore has lines of a new kind");
  const isKept = (path: string): boolean => !out.some((pattern) => matchesGlob(path, pattern));
  const context = join(folder, "context");
  for (const path of kept) {
    mkdirSync(dirname(join(context, path)), { recursive: true });
    cpSync(join(root, path), join(context, path), { recursive: true, filter: (from) => isKept(relative(root, from)) });
  }
  symlinkSync(join(root, "node_modules"), join(context, "node_modules"));
  return context;
}

export function layOutImage(context: string, target: string, folder: string): string {
  const image = join(folder, target);
  layOut(context, target, image, linkOrCopy);
  return image;
}

/** As in a container: nothing but the data folder can be written to, no capability, nobody's account. */
const CAGE = `mount --bind "$1" "$1" && mount --bind "$2" "$2" && mount -o remount,bind,ro / &&
  mount -o remount,bind,ro "$1" && cd "$1" && shift 2 && exec setpriv --reuid "$1" --regid "$2" --clear-groups --no-new-privs \\
  --bounding-set=-all -- "\${@:3}"`;
const UNSHARE = ["unshare", "--mount", "--propagation", "private"] as const;

/** Root of a Linux can make the root read-only for one process; elsewhere the image is only another user's, or nothing. */
export const canCage =
  account() !== null &&
  spawnSync(UNSHARE[0], [...UNSHARE.slice(1), "mount", "-o", "remount,bind,ro", "/"]).status === 0;

/** The command line that runs Node in an image as a container engine would. @param data made, and given to its user */
export function inContainer(image: string, data: string, args: readonly string[]): readonly [string, ...string[]] {
  mkdirSync(data, { recursive: true });
  const user = account();
  if (user !== null) chownSync(data, user.uid, user.gid);
  if (user === null || !canCage) return [process.execPath, ...args];
  return [...UNSHARE, "bash", "-c", CAGE, "bash", image, data, `${user.uid}`, `${user.gid}`, process.execPath, ...args];
}

export type Line = Readonly<Record<string, unknown>> & { readonly msg: string };

/** Looks at each line of its log until one is it. @throws Error with the log when the process ends before */
export async function heard(child: ChildProcess, isIt: (line: Line) => boolean): Promise<Line> {
  const lines: string[] = [];
  child.stderr?.on("data", (piece: Buffer) => lines.push(piece.toString()));
  for await (const text of createInterface({ input: child.stdout ?? ([] as never) })) {
    lines.push(text);
    const line = JSON.parse(text) as Line;
    if (isIt(line)) {
      child.stdout?.resume();
      return line;
    }
  }
  throw new Error(`it ended:\n${lines.join("\n")}`);
}

/** The most memory that a process has held, in megabytes; null where Linux does not say. */
export function peakMegabytes(pid: number): number | null {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}

export const execute = promisify(execFile);
