/**
 * Looks for keys and passwords in every file of the tree, and with --history in every line that a commit ever added, with
 * secretlint's recommended rules. Prints where, never what.
 * Run: npm run secrets [-- --history]
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";

const PRESET = "@secretlint/secretlint-rule-preset-recommend";
/** Made-up passwords of tests that look whether passwords get into messages. */
const MADE_UP = ["/:(hunter2|s3cret)@/"];
const connections = { id: "@secretlint/secretlint-rule-database-connection-string", options: { allows: MADE_UP } };
const config = { rules: [{ id: PRESET, rule: creator, rules: [connections] }] };

/** @returns one line for each finding: where, and the rule */
export async function findSecrets(path: string, content: string): Promise<readonly string[]> {
  const source = { content, filePath: path, ext: extname(path), contentType: "text" as const };
  const { messages } = await lintSource({ source, options: { config, maskSecrets: true } });
  return messages.map(({ loc, ruleId }) => `${path}:${loc.start.line}: ${ruleId}`);
}

const git = (root: string, ...args: readonly string[]): string =>
  execFileSync("git", ["-C", root, ...args], { encoding: "utf8", maxBuffer: 2 ** 30 });

export async function secretsOfTree(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of git(root, "ls-files").split("\n").filter(Boolean)) {
    const content = readFileSync(join(root, path), "utf8");
    if (!content.includes("\0")) found.push(...(await findSecrets(path, content)));
  }
  return found;
}

/** Line numbers count what a commit added to a file. */
export async function secretsOfHistory(root: string): Promise<readonly string[]> {
  const log = git(root, "log", "--all", "-p", "-U0", "--no-color", "--no-ext-diff", "--format=%x00%h");
  const found: string[] = [];
  for (const commit of log.split("\0").slice(1)) {
    const [hash = "", ...files] = commit.split(/^diff --git .* b\//m);
    for (const file of files) {
      const [path = "", ...lines] = file.split("\n");
      const added = lines
        .filter((line) => line.startsWith("+") && !line.startsWith("+++"))
        .map((line) => line.slice(1));
      found.push(...(await findSecrets(`${hash.trim()}:${path}`, added.join("\n"))));
    }
  }
  return found;
}

if (import.meta.main) {
  const root = join(import.meta.dirname, "../..");
  const found = [
    ...(await secretsOfTree(root)),
    ...(process.argv.includes("--history") ? await secretsOfHistory(root) : []),
  ];
  for (const line of found) console.error(line);
  if (found.length > 0) process.exitCode = 1;
}
