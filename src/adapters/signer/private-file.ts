import { randomUUID } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { ConfigError } from "../../core/errors.ts";

const OTHERS_READ = 0o077;
const OTHERS_WRITE = 0o022;
const FIXES: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file; `orderflow signer --help` shows what belongs into it",
  EACCES: "run the signer as the user that it belongs to",
  EISDIR: "it is a folder, a file is needed",
};

/**
 * Reads a file that nobody else may read (`secret`) or change (`rules`).
 * @throws ConfigError that names the file and the command that mends it, and nothing of its contents
 */
export function readPrivateFile(path: string, kind: "secret" | "rules"): string {
  try {
    const { mode, uid } = statSync(path);
    const own = process.getuid?.();
    if (own !== undefined && uid !== own && uid !== 0) {
      throw new ConfigError([`${path} belongs to another user (${uid}); it must belong to the signer's or to root`]);
    }
    if ((mode & (kind === "secret" ? OTHERS_READ : OTHERS_WRITE)) !== 0) {
      const fix = kind === "secret" ? "chmod 600" : "chmod go-w";
      throw new ConfigError([
        `${path} can be ${kind === "secret" ? "read" : "changed"} by other users: ${fix} ${path}`,
      ]);
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    const fix = FIXES[code];
    throw new ConfigError([`${path} cannot be read (${code})${fix === undefined ? "" : `: ${fix}`}`]);
  }
}

/** Either the old contents are there afterwards or the new ones, also when the power goes or another process does the same. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const next = `${path}.${randomUUID()}.next`;
  try {
    const file = await open(next, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}

/** A new name is on the disk when its folder is; Windows does not open folders. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
