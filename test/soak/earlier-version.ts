import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/**
 * The tree of a tag or commit with the packages of its own lock file: those that are here where it is the same file.
 * @param folder made for it
 * @returns its command line
 * @throws where git does not know it
 */
export function layOutVersion(ref: string, folder: string): string {
  mkdirSync(folder);
  const tree = execFileSync("git", ["-C", root, "archive", ref], { maxBuffer: 2 ** 30 });
  execFileSync("tar", ["-x", "-C", folder], { input: tree });
  const lock = (of: string): string => readFileSync(join(of, "package-lock.json"), "utf8");
  if (lock(folder) === lock(root)) symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  else execFileSync("npm", ["ci", "--omit", "dev", "--prefer-offline", "--no-audit"], { cwd: folder, stdio: "ignore" });
  return join(folder, "src/apps/cli.ts");
}
