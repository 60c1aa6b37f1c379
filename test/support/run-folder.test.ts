import { existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRunFolder } from "./run-folder.ts";
import { scratchFolder } from "./scratch-folder.ts";

/** No process has it: Linux's and macOS's greatest are far below. */
const NOBODY = 2 ** 30;

test("a run's temporary files are in one folder, which goes with all that it holds and names what should not be there", () => {
  const parent = scratchFolder("runs");
  mkdirSync(join(parent, `of-${NOBODY}`, "data"), { recursive: true });
  mkdirSync(join(parent, "of-others"));
  const clean = createRunFolder(parent);
  expect(existsSync(join(parent, `of-${NOBODY}`))).toBe(false);
  expect(existsSync(join(parent, "of-others"))).toBe(true);
  expect(tmpdir()).toBe(clean.path);
  scratchFolder("kept-by-nobody");
  clean.remove();
  expect(tmpdir()).not.toBe(clean.path);
  expect(existsSync(clean.path)).toBe(false);

  const untidy = createRunFolder(parent);
  mkdirSync(join(untidy.path, "orderflow-forgotten"));
  expect(() => untidy.remove()).toThrow("tests left 1 temporary files behind: orderflow-forgotten");
  expect(existsSync(untidy.path)).toBe(false);
});
