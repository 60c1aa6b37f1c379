import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const entries = readFileSync(join(root, "docs/glossary.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| Term"));
const names = new Set(
  entries.flatMap((line) => {
    const [, term = "", identifiers = ""] = line.split("|").map((cell) => cell.trim());
    return [term, ...term.split(", "), ...[...identifiers.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name)];
  }),
);

test("every term that a page explains stands in the glossary", () => {
  const used = globSync("web/src/**/*.tsx", { cwd: root }).flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return [...text.matchAll(/<Term name="([^"]+)"|\bterm: "([^"]+)"/g)].map(([, one, two]) => one ?? two ?? "");
  });
  expect(used.length).toBeGreaterThan(50);
  expect(used.filter((name) => !names.has(name))).toEqual([]);
});
