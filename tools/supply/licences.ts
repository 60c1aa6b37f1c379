/**
 * The licences of what the program runs on, from the lock file: docs/LICENSES.md. Fails where one is not allowed.
 * Run: npm run licences
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Ask for nothing but their own text. OFL is that of the typeface. */
const ALLOWED = new Set([
  "MIT",
  "ISC",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "Apache-2.0",
  "0BSD",
  "OFL-1.1",
  "Unlicense",
  "PostgreSQL",
]);
/** Weak copyleft: part of vite, used unchanged, to build the pages. */
const isException = ({ name, licence }: LicenceRow): boolean =>
  licence === "MPL-2.0" && (name === "lightningcss" || name.startsWith("lightningcss-"));

type Locked = { readonly version?: string; readonly license?: string; readonly dev?: boolean };
export type LicenceRow = { readonly name: string; readonly version: string; readonly licence: string };

/** Of every package that is not for development alone, those of other platforms too. */
export function runtimeLicences(lockFile: string): readonly LicenceRow[] {
  const { packages } = JSON.parse(lockFile) as { packages: Readonly<Record<string, Locked>> };
  const rows = Object.entries(packages).flatMap(([path, { version = "", license = "none", dev = false }]) =>
    path === "" || dev ? [] : [{ name: path.slice(path.lastIndexOf("node_modules/") + 13), version, licence: license }],
  );
  return [...new Map(rows.map((row) => [`${row.name} ${row.version}`, row])).values()].sort(
    (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) || (a.version < b.version ? -1 : 1),
  );
}

/** "(MIT OR GPL-2.0)" is allowed by its first half; "MIT AND ISC" needs both. */
export function isAllowed(row: LicenceRow): boolean {
  const one = (text: string): boolean => text.split(" AND ").every((each) => ALLOWED.has(each.trim()));
  return isException(row) || row.licence.replace(/[()]/g, "").split(" OR ").some(one);
}

export function licencesDocument(rows: readonly LicenceRow[]): string {
  const lines = rows.map(({ name, version, licence }) => `| \`${name}\` | ${version} | ${licence} |`);
  return `${["# Licences", "", "What the program runs on, and under which licence; from the lock file by `npm run licences`. The text of each stands in its package.", "", "| package | version | licence |", "|---|---|---|", ...lines].join("\n")}\n`;
}

if (import.meta.main) {
  const root = join(import.meta.dirname, "../..");
  const rows = runtimeLicences(readFileSync(join(root, "package-lock.json"), "utf8"));
  const refused = rows.filter((row) => !isAllowed(row));
  for (const { name, version, licence } of refused) console.error(`${name} ${version}: ${licence} is not allowed`);
  if (refused.length > 0) process.exitCode = 1;
  else writeFileSync(join(root, "docs/LICENSES.md"), licencesDocument(rows));
}
