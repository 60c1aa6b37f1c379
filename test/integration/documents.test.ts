// Goal: a document names no command, flag, setting, file, message, alert or query that does not exist.
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { environment } from "../../src/adapters/config/environment.ts";
import { createCommandLine } from "../../src/apps/command-line.ts";
import { describeOnOneEngine } from "../support/engines.ts";

const root = join(import.meta.dirname, "../..");
const documents = ["README.md", "CONTRIBUTING.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)]
  .filter((name) => name.endsWith(".md"))
  .map((name) => ({ name, text: readFileSync(join(root, name), "utf8") }));
const all = (pattern: RegExp) =>
  documents.flatMap(({ name, text }) => [...text.matchAll(pattern)].map((match) => ({ name, match })));

const cli = createCommandLine();

describe("documents", () => {
  test("name commands and flags that exist", () => {
    const uses = all(/npx orderflow ([a-z][a-z-]+)([^\n`|;#]*)/g);
    expect(uses.length).toBeGreaterThan(40);
    for (const { name, match } of uses) {
      const [whole, named = "", rest = ""] = match;
      const command = cli.commands.find((each) => each.name() === named);
      expect(command, `${name}: ${whole}`).toBeDefined();
      const all = [command, ...(command?.commands ?? [])].flatMap((each) => each?.options ?? []);
      for (const [flag] of rest.matchAll(/--[a-z-]+/g))
        expect(
          all.map(({ long }) => long),
          `${name}: ${whole}`,
        ).toContain(flag);
    }
  });

  test("name commands with --json that have it", () => {
    const [, list = ""] =
      /^((?:`[a-z]+`[, and]*)+) the commands that steer .*\n?.*take `--json`/m.exec(textOf("README.md")) ?? [];
    const named = [...list.matchAll(/`([a-z]+)`/g)].map(([, name = ""]) => name);
    expect(named.length).toBeGreaterThan(5);
    for (const name of [...named, "pause", "resume", "halt", "close", "close-all"]) {
      const command = cli.commands.find((each) => each.name() === name);
      expect(
        command?.options.map(({ long }) => long),
        name,
      ).toContain("--json");
    }
  });

  test("name npm scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const uses = all(/npm run ([a-z][a-z:-]+)/g);
    expect(uses.length).toBeGreaterThan(10);
    for (const { name, match } of uses) expect(Object.keys(scripts), `${name}: ${match[0]}`).toContain(match[1]);
  });

  test("name settings that exist", () => {
    const names = Object.values(environment).flatMap((group) => Object.keys(group));
    // Those of benchmarks are not the program's.
    const uses = all(/`(?!BENCH_)([A-Z][A-Z]+(?:_[A-Z0-9]+)+)=/g);
    expect(uses.length).toBeGreaterThan(5);
    for (const { name, match } of uses) expect(names, `${name}: ${match[0]}`).toContain(match[1]);
  });

  test("link to files that exist", () => {
    const links = documents.flatMap(({ name, text }) =>
      [...text.matchAll(/\]\(((?!https?:|#)[^)#]+)/g)].map(([, to = ""]) => ({ name, to })),
    );
    expect(links.length).toBeGreaterThan(20);
    for (const { name, to } of links) expect(existsSync(join(root, dirname(name), to)), `${name}: ${to}`).toBe(true);
  });
});

/** Text of all files of the program, without its tests. */
const sources = (): readonly string[] =>
  globSync("{src,web/src,deploy}/**/*.{ts,tsx,yml}", { cwd: root })
    .filter((name) => !name.endsWith(".test.ts"))
    .map((name) => readFileSync(join(root, name), "utf8"));
const textOf = (document: string): string => documents.find(({ name }) => name === document)?.text ?? "";

/** Whether one file holds the pieces between what differs, one after the other. */
function isPrinted(quoted: string, files: readonly string[]): boolean {
  const pieces = quoted.split("…").map((piece) => piece.trim());
  return files.some((text) => {
    let from = 0;
    return pieces.every((piece) => {
      const at = text.indexOf(piece, from);
      from = at + piece.length;
      return at >= 0;
    });
  });
}

describe("what documents say of the program", () => {
  test("messages that are quoted are printed", () => {
    const rows = [...textOf("docs/TROUBLESHOOTING.md").matchAll(/^\| ([^|]+) \|/gm)].map(([, seen = ""]) => seen);
    const quoted = rows.flatMap((seen) => [...seen.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text));
    expect(quoted.length).toBeGreaterThan(40);
    const files = sources();
    expect(quoted.filter((text) => !isPrinted(text, files))).toEqual([]);
    expect(isPrinted("the folder … is out of use", files)).toBe(false);
  });

  test("every alert rule has its entry in OPERATIONS.md, and no other has", () => {
    const rules = readFileSync(join(root, "deploy/observability/alerts.yml"), "utf8");
    const named = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name);
    expect(named(textOf("docs/OPERATIONS.md"), /^\| `(Orderflow\w+)` \|/gm)).toEqual(named(rules, /alert: (\w+)/g));
  });

  test("what systemd is told to start is there", () => {
    const [, node = "", program = ""] =
      /^ExecStart=\/opt\/orderflow\/(\S+) (\S+) /m.exec(textOf("docs/DEPLOYMENT_GUIDE.md")) ?? [];
    expect([node, program].map((path) => existsSync(join(root, path)))).toEqual([true, true]);
    expect(node).toBe("node_modules/.bin/node");
  });

  test("folders and files that are named exist", () => {
    const uses = all(/`((?:src|web|test|bench|deploy|tools|docs)(?:\/[\w.*-]+)*)`/g);
    expect(uses.length).toBeGreaterThan(60);
    const built = ["web/dist", "deploy/releases", "test/browser/screenshots"];
    for (const { name, match } of uses) {
      const [, path = ""] = match;
      // Files that a recipe tells to make.
      if (/\bx-|\bNNNN_/.test(path)) continue;
      const there = built.includes(path) || globSync(path, { cwd: root }).length > 0;
      expect(there, `${name}: ${path}`).toBe(true);
    }
  });

  test("PROJECT_STRUCTURE.md has every folder of the tree", () => {
    const tracked = ["src/*", "web", "test", "test/*", "bench", "deploy", "tools", "docs"].flatMap((pattern) =>
      globSync(pattern, { cwd: root, withFileTypes: true }).filter((entry) => entry.isDirectory()),
    );
    const folders = tracked.map((entry) => relative(root, join(entry.parentPath, entry.name)));
    const text = textOf("docs/PROJECT_STRUCTURE.md");
    expect(folders.filter((folder) => !text.includes(`\`${folder}\``))).toEqual([]);
  });
});

describeOnOneEngine("documents", (getDb) => {
  const queries = documents.flatMap(({ name, text }) =>
    [...text.matchAll(/```sql\n([\s\S]*?)```/g)].flatMap(([, block = ""]) =>
      block
        .split(";")
        .map((query) => query.trim())
        .filter((query) => query !== "")
        .map((query) => [name, query] as const),
    ),
  );
  test.each(queries)("have a query that runs, in %s: %s", async (_, query) => {
    const stop = new Error("rolled back");
    const run = getDb()
      .kysely.transaction()
      .execute(async (trx) => {
        await sql.raw(query).execute(trx);
        throw stop;
      });
    await expect(run).rejects.toBe(stop);
  });
});
