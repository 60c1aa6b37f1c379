import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const IMPORT = /^(?:import|export)(?! type\b)[^;]*?from "([^"]+)";$/gm;

/** Packages that are loaded with a module, before anything is asked of it. */
function packagesOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  const packages = new Set<string>();
  if (seen.has(file)) return packages;
  seen.add(file);
  for (const [, from = ""] of readFileSync(file, "utf8").matchAll(IMPORT)) {
    if (!from.startsWith(".")) packages.add(from);
    else for (const each of packagesOf(join(dirname(file), from), seen)) packages.add(each);
  }
  return packages;
}

test("an executor on paper holds nothing that signs, decodes or computes in bulk", () => {
  const packages = ["service-line.ts", "executor.ts"].flatMap((file) => [
    ...packagesOf(join(import.meta.dirname, file)),
  ]);
  expect(packages).toContain("kysely");
  const heavy = /^(?:viem|ox|@scure|@noble|@duckdb|@electric-sql|ml-matrix|hono|prom-client|pg-boss|vite)/;
  expect(packages.filter((each) => heavy.test(each))).toEqual([]);
});
