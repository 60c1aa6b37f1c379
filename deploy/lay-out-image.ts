/**
 * Puts the files of one image into a folder: the program, and those installed packages that it needs there.
 * Run: node deploy/lay-out-image.ts <target> <folder>
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** The image brings its own Node; the pages are built before, with what builds them and what they are built of. */
const IN_NO_IMAGE = ["node", "vite", "preact", "@preact/signals", "lightweight-charts", "@fontsource-variable/inter"];
const ON_A_SERVER = [...IN_NO_IMAGE, "@electric-sql/pglite"];
const WITHOUT_DUCKDB = [...ON_A_SERVER, "@duckdb/node-api", "@duckdb/node-bindings"];

/** Packages that an image does without, with all that only they need. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  listener: ON_A_SERVER,
  reputation: ON_A_SERVER,
  executor: WITHOUT_DUCKDB,
  dashboard: WITHOUT_DUCKDB,
  signer: WITHOUT_DUCKDB,
  "all-in-one": IN_NO_IMAGE,
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

/** Types, maps and the other module format: of packages, nothing that runs. */
const NOT_RUN = /^\/(?!licen[cs]e|notice|copying).*\.([cm]?ts|map|md|markdown)$|\/(_cjs|_types)$/i;
const OWN_TEST = /\.test\.ts$/;

/** @param put makes one file where there is none, of one that is there */
export function layOut(
  root: string,
  target: string,
  folder: string,
  put: (from: string, to: string) => void = copyFileSync,
): void {
  const copy = (path: string, leave: RegExp): void => {
    const from = join(root, path);
    if (!statSync(from).isDirectory()) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      put(from, join(folder, path));
      return;
    }
    mkdirSync(join(folder, path), { recursive: true });
    for (const entry of readdirSync(from, { withFileTypes: true })) {
      // Packages inside a package are on the list themselves.
      if (entry.name === "node_modules" || leave.test(`/${entry.name}`)) continue;
      if (entry.isDirectory()) copy(join(path, entry.name), leave);
      else put(join(from, entry.name), join(folder, path, entry.name));
    }
  };
  for (const path of ["package.json", "LICENSE", "src", "deploy/ready.ts"]) copy(path, OWN_TEST);
  for (const path of packagesOf(root, target)) copy(path, NOT_RUN);
  if (WITH_PAGES.includes(target)) copy("web/dist", OWN_TEST);
}

if (import.meta.main) {
  const [target = "", folder = ""] = process.argv.slice(2);
  layOut(join(import.meta.dirname, ".."), target, folder);
}
