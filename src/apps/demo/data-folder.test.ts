import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConfigError } from "../../core/errors.ts";
import { prepareDemoFolder } from "./data-folder.ts";

let parent = "";
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "orderflow-demo-"));
});
afterEach(() => rmSync(parent, { recursive: true }));

test("what an earlier demo left is deleted", () => {
  const folder = join(parent, "demo");
  const { database } = prepareDemoFolder(folder);
  mkdirSync(database);
  writeFileSync(join(database, "old"), "");
  prepareDemoFolder(folder);
  expect(existsSync(join(database, "old"))).toBe(false);
});

test("a folder that the demo did not make is refused and left as it is", () => {
  writeFileSync(join(parent, "mine"), "");
  expect(() => prepareDemoFolder(parent)).toThrow(ConfigError);
  expect(existsSync(join(parent, "mine"))).toBe(true);
});

test("an empty folder is taken", () => {
  expect(() => prepareDemoFolder(parent)).not.toThrow();
});
