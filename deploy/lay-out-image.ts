/**
 * Puts the files of one image into a folder: the program, and those installed packages that it needs there.
 * Run: node deploy/lay-out-image.ts <target> <folder>
 */
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Packages that an image does without, with all that only they need. The image brings its own Node. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  listener: ["node", "@electric-sql/pglite"],
  reputation: ["node", "@electric-sql/pglite"],
  executor: ["node", "@electric-sql/pglite", "@duckdb/node-api"],
  dashboard: ["node", "@electric-sql/pglite", "@duckdb/node-api"],
  signer: ["node", "@electric-sql/pglite", "@duckdb/node-api"],
  "all-in-one": ["node"],
};
export const targets = Object.keys(LEFT_OUT);

/** The dashboard's pages, built before. */
const WITH_PAGES = ["dashboard", "all-in-one"];

type Installed = {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
};
const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, "utf8")) as T;

/** Folders of all packages that the target needs, by Node's own rule of where to look. */
export function packagesOf(root: string, target: string): readonly string[] {
  const leftOut = LEFT_OUT[target];
  if (leftOut === undefined) throw new Error(`no image is called ${target}; there are ${targets.join(", ")}`);
  const { packages } = readJson<{ packages: Readonly<Record<string, Installed>> }>(join(root, "package-lock.json"));
  const found = new Set<string>();
  const add = (name: string, from: string): void => {
    let [at, path] = [from, ""];
    for (;;) {
      path = join(at, "node_modules", name);
      if (packages[path] !== undefined || at === "") break;
      at = at.includes("/node_modules/") ? at.slice(0, at.lastIndexOf("/node_modules/")) : "";
    }
    // Optional ones of other platforms are in the lock file and not installed.
    if (found.has(path) || !existsSync(join(root, path))) return;
    found.add(path);
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = packages[path] ?? {};
    const peers = Object.keys(peerDependencies ?? {}).filter((peer) => peerDependenciesMeta?.[peer]?.optional !== true);
    for (const next of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) add(next, path);
  };
  for (const name of Object.keys(packages[""]?.dependencies ?? {})) if (!leftOut.includes(name)) add(name, "");
  return [...found].sort();
}

export function layOut(root: string, target: string, folder: string): void {
  const copy = (path: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), {
      recursive: true,
      filter: (source) => !source.endsWith(".test.ts") && !source.endsWith("/node_modules"),
    });
  };
  for (const path of ["package.json", "LICENSE", "src", "deploy/ready.ts"]) copy(path);
  for (const path of packagesOf(root, target)) copy(path);
  if (WITH_PAGES.includes(target)) copy("web/dist");
}

if (import.meta.main) {
  const [target = "", folder = ""] = process.argv.slice(2);
  layOut(join(import.meta.dirname, ".."), target, folder);
}
