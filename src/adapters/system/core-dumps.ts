import { readFileSync } from "node:fs";

const LIMIT = /^Max core file size\s+(\S+)/m;

/**
 * Makes sure that a crash writes no memory to disk: where core dumps are on, this process is replaced by itself with
 * the limit set to 0. Where the limit cannot be read (no Linux), nothing happens.
 */
export function forbidCoreDumps(): void {
  let limits: string;
  try {
    limits = readFileSync("/proc/self/limits", "utf8");
  } catch {
    return;
  }
  if (LIMIT.exec(limits)?.[1] === "0" || process.execve === undefined) return;
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve("/bin/sh", ["sh", "-c", 'ulimit -c 0 && exec "$@"', "sh", ...again]);
}
