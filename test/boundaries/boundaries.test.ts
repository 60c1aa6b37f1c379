/**
 * Each file under `planted` breaks one rule and says in its first lines which checker must object and how. The real
 * checkers with the real configuration look at them in a throw-away copy of the project; the `clean.ts` beside them
 * shows that they do not object to everything.
 */
import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const planted = join(import.meta.dirname, "planted");
const tool = (name: string): string => join(root, "node_modules/.bin", name);

/** Every diagnostic as one line that begins with the file's path inside the project. */
type Report = { readonly lines: readonly string[]; readonly output: string };

function run(command: string, args: readonly string[], cwd: string): string {
  const { stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (error !== undefined) throw error;
  return `${stdout}\n${stderr}`;
}

function biome(project: string): Report {
  const output = run(tool("biome"), ["lint", ".", "--reporter=github", "--max-diagnostics=none"], project);
  const lines = [...output.matchAll(/^::error title=([^,]*),file=([^,]*),.*?::(.*)$/gm)].map(
    ([, rule = "", file = "", message = ""]) =>
      `${file.replace(/^.*?\/(?=web\/|src\/|test\/)/, "")} ${rule} ${message}`,
  );
  return { lines, output };
}

function tsc(project: string): Report {
  const output = run(tool("tsc"), ["-b", "--pretty", "false"], project);
  return { lines: output.split("\n").filter((line) => /^(src|web)\/.*error TS/.test(line)), output };
}

/** What is left of a module when its types are gone. */
const runtimeCode = (path: string): string =>
  stripTypeScriptTypes(readFileSync(path, "utf8"))
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")
    .replace(/export\s*\{\s*\};?|;/g, "")
    .trim();

type Expectation = { file: string; checker: string; pattern: RegExp };

const expectations: Expectation[] = globSync("{src,web}/**/*.ts", { cwd: planted })
  .sort()
  .flatMap((file) =>
    [...readFileSync(join(planted, file), "utf8").matchAll(/^\/\/ expect (biome|tsc|code) ?(.*)$/gm)].map(
      ([, checker = "", pattern = ""]) => ({ file, checker, pattern: new RegExp(pattern) }),
    ),
  );

function copyProject(to: string, isWanted: (path: string) => boolean): void {
  for (const file of ["biome.json", "tsconfig.json", "tsconfig.base.json", "package.json"]) {
    cpSync(join(root, file), join(to, file));
  }
  for (const file of globSync(
    ["tools/lint/*", "{src/*,test,test/browser,web}/tsconfig.json", "src/{ports,services}/*.d.ts"],
    {
      cwd: root,
    },
  )) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(root, file), join(to, file));
  }
  cpSync(planted, to, { recursive: true, filter: (path) => !path.endsWith(".ts") || isWanted(path) });
  symlinkSync(join(root, "node_modules"), join(to, "node_modules"));
}

const isClean = (path: string): boolean => /\/(clean|later)\.ts$/.test(path);
/** A forbidden import brings the other side's types along, which would hide from the compiler what else is wrong. */
const isImport = (path: string): boolean => basename(path).startsWith("imports-");

describe("the layers", () => {
  const folder = mkdtempSync(join(tmpdir(), "orderflow-boundaries-"));
  const project = (name: string, isWanted: (path: string) => boolean): string => {
    const path = join(folder, name);
    mkdirSync(path);
    copyProject(path, isWanted);
    return path;
  };
  let biomeLines: readonly string[] = [];
  let tscLines: readonly string[] = [];
  let cleanLines: readonly string[] = [];

  beforeAll(() => {
    const all = biome(project("all", () => true));
    const imports = tsc(project("imports", (path) => isClean(path) || isImport(path)));
    const others = tsc(project("others", (path) => !isImport(path)));
    biomeLines = all.lines;
    tscLines = [...imports.lines, ...others.lines];
    cleanLines = [...all.lines, ...others.lines].filter((line) => isClean(`/${line.split(/[ (]/)[0]}`));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("the checkers accept what keeps the rules", () => {
    const clean = project("clean", isClean);
    expect(biome(clean).output.trim()).toBe("");
    expect(tsc(clean).output.trim()).toBe("");
    expect(globSync(".tsbuild/*/clean.d.ts", { cwd: clean }).length).toBeGreaterThan(3);
    expect(cleanLines).toEqual([]);
  });

  test.each(expectations.filter(({ checker }) => checker !== "code"))(
    "$checker refuses $file ($pattern)",
    ({ file, checker, pattern }) => {
      const about = (checker === "biome" ? biomeLines : tscLines).filter((line) => line.startsWith(file));
      expect(about).toContainEqual(expect.stringMatching(pattern));
    },
  );

  test("every planted file expects something", () => {
    const files = globSync("{src,web}/**/*.ts", { cwd: planted }).filter((file) => !isClean(`/${file}`));
    expect(files.filter((file) => expectations.every((expected) => expected.file !== file))).toEqual([]);
    expect(files.length).toBeGreaterThan(30);
  });
});

describe("ports", () => {
  test("hold no code that runs", () => {
    const ports = globSync("src/ports/**/*.ts", { cwd: root, exclude: ["**/*.test.ts", "**/*.d.ts"] });
    expect(ports.length).toBeGreaterThan(4);
    expect(ports.filter((file) => runtimeCode(join(root, file)) !== "")).toEqual([]);
  });

  test.each(expectations.filter(({ checker }) => checker === "code"))("$file would be noticed", ({ file }) => {
    expect(runtimeCode(join(planted, file))).not.toBe("");
  });
});

describe("the checkers see the whole tree", () => {
  const sources = globSync(["src/**/*.ts", "web/*.ts", "web/src/**/*.{ts,tsx}"], { cwd: root });

  test("biome looks at every source file", { timeout: 120_000 }, () => {
    expect(sources.length).toBeGreaterThan(60);
    // By one rule that is quick: `npm run check` asks for all of them.
    const output = run(tool("biome"), ["lint", "src", "web", "--max-diagnostics=0", "--only=noDebugger"], root);
    expect(Number(/Checked (\d+) files/.exec(output)?.[1])).toBeGreaterThanOrEqual(sources.length);
  });

  test("every source and test file belongs to a project of the compiler", () => {
    const layers = ["src/core", "src/ports", "src/services", "src/adapters", "src/apps", "test", "test/browser", "web"];
    const seen = new Set(
      layers.flatMap((layer) => {
        const { files } = JSON.parse(run(tool("tsc"), ["-p", layer, "--showConfig"], root)) as { files: string[] };
        return files.map((file) => join(root, layer, file));
      }),
    );
    const all = [...sources, ...globSync("test/**/*.ts", { cwd: root }).filter((file) => !file.includes("/planted/"))];
    expect(all.filter((file) => !seen.has(join(root, file)))).toEqual([]);
  });
});
