import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratchFolder } from "../../../test/support/scratch-folder.ts";
import { readPrivateFile, replaceFile } from "./private-file.ts";

test("writers at once leave the whole contents of one of them, for this user alone, and nothing beside it", async () => {
  const folder = scratchFolder("private");
  const path = join(folder, "file");
  const contents = Array.from({ length: 20 }, (_, n) => `${n}`.repeat(1_000 + n));
  await Promise.all(contents.map((text) => replaceFile(path, text)));
  expect(contents).toContain(readPrivateFile(path, "secret"));
  expect(readdirSync(folder)).toEqual(["file"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a file that cannot be replaced leaves nothing beside it", async () => {
  const folder = scratchFolder("private");
  await expect(replaceFile(join(folder, "missing", "file"), "x")).rejects.toThrow("ENOENT");
  expect(readdirSync(folder)).toEqual([]);
});
