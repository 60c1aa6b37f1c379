/**
 * Makes a release out of the present commit, without network: version, changelog, the tables that it has, a commit, a tag,
 * and the bill of materials beside it. Nothing is pushed.
 * Run: npm run release -- patch|minor|major [--dry-run]
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { migrationList } from "../../src/adapters/postgres/migrate.ts";

const LEVELS = ["major", "minor", "patch"] as const;
type Level = (typeof LEVELS)[number];
const isLevel = (text: string | undefined): text is Level => LEVELS.some((each) => each === text);

/** "1.2.3" and "minor" give "1.3.0". */
export function nextVersion(version: string, level: Level): string {
  const at = LEVELS.indexOf(level);
  const parts = version.split(".").map(Number);
  return parts.map((part, index) => (index < at ? part : index === at ? part + 1 : 0)).join(".");
}

/** What stands under "Unreleased" goes under the version, and the subjects of its commits after it. */
export function releasedChangelog(changelog: string, version: string, subjects: readonly string[]): string {
  const [before, after] = changelog.split("## Unreleased\n");
  if (before === undefined || after === undefined) throw new Error('CHANGELOG.md has no heading "## Unreleased"');
  const [notes = "", ...earlier] = after.split(/^(?=## )/m);
  const commits = subjects.map((subject) => `- ${subject}`).join("\n");
  return `${before}## Unreleased\n\n## ${version}\n\n${notes.trim()}\n\nCommits:\n\n${commits}\n\n${earlier.join("")}`
    .trimEnd()
    .concat("\n");
}

function release(root: string, level: Level, isDry: boolean): void {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-C", root, ...args], { encoding: "utf8" }).trim();
  const npm = (...args: readonly string[]): string =>
    execFileSync("npm", [...args, "--offline"], { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28 });
  const path = (...names: readonly string[]): string => join(root, ...names);
  if (git("status", "--porcelain") !== "") throw new Error("there are uncommitted changes: a release is a commit");
  const { version: old } = JSON.parse(readFileSync(path("package.json"), "utf8")) as { version: string };
  const version = nextVersion(old, level);
  const tags = git("tag", "--list", "v*", "--merged", "HEAD", "--sort=-creatordate").split("\n").filter(Boolean);
  const subjects = git(
    "log",
    "--no-merges",
    "--format=%s",
    ...(tags[0] === undefined ? [] : [`${tags[0]}..HEAD`]),
  ).split("\n");
  const changelog = releasedChangelog(readFileSync(path("CHANGELOG.md"), "utf8"), version, subjects);
  console.log(
    `v${version}: ${subjects.length} commits since ${tags[0] ?? "the beginning"}, ${migrationList().length} migrations`,
  );
  if (isDry) return;
  npm("version", version, "--no-git-tag-version");
  writeFileSync(path("CHANGELOG.md"), changelog);
  // What an upgrade may find from now on: test/integration/upgrades.test.ts holds later versions against it.
  mkdirSync(path("deploy/releases"), { recursive: true });
  writeFileSync(
    path("deploy/releases", `${version}.json`),
    `${JSON.stringify({ version, migrations: migrationList() }, null, 2)}\n`,
  );
  git("add", "--all");
  git("commit", "--quiet", "--message", `Release ${version}`);
  git("tag", "--annotate", `v${version}`, "--message", `Release ${version}`);
  mkdirSync(path("release"), { recursive: true });
  writeFileSync(
    path("release", `orderflow-${version}.cdx.json`),
    npm("sbom", "--package-lock-only", "--sbom-format", "cyclonedx", "--omit", "dev"),
  );
  console.log(`committed and tagged; bill of materials in release/. To publish: git push --follow-tags`);
}

/** Null where the words are no command. */
function parseWords(args: readonly string[]): { readonly level: Level; readonly isDry: boolean } | null {
  const [level, option, ...more] = args;
  if (!isLevel(level) || more.length > 0 || (option !== undefined && option !== "--dry-run")) return null;
  return { level, isDry: option !== undefined };
}

if (import.meta.main) {
  const words = parseWords(process.argv.slice(2));
  if (words !== null) release(join(import.meta.dirname, "../.."), words.level, words.isDry);
  else {
    console.error(`npm run release -- ${LEVELS.join("|")} [--dry-run]`);
    process.exitCode = 2;
  }
}
