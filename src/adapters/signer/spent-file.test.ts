import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { usd } from "../../core/money/amounts.ts";
import { epochMs } from "../../core/time/time.ts";
import { createSpentFile } from "./spent-file.ts";

const folder = mkdtempSync(join(tmpdir(), "orderflow-spent-"));
const path = join(folder, "signed-today.json");
beforeEach(() => rmSync(path, { force: true }));
afterAll(() => rmSync(folder, { recursive: true }));
const spent = (dollars: number) => ({ day: epochMs(5), spentUsd: usd(BigInt(dollars) * 1_000_000n) });

test("what is written is read by the next process, and the file stays the same one", async () => {
  const file = createSpentFile(path);
  expect(file.read()).toEqual({ day: 0, spentUsd: 0n });
  await file.write(spent(10));
  const { ino, mode } = statSync(path);
  expect(mode & 0o777).toBe(0o600);
  // An orderly end writes less than was written ahead: the newest counts, not the most.
  for (const dollars of [30, 20, 123_456]) {
    await file.write(spent(dollars));
    const next = createSpentFile(path);
    expect(next.read()).toEqual(spent(dollars));
    await next.write(spent(dollars));
    file.read();
  }
  expect(statSync(path).ino).toBe(ino);
});

test("a line that is half written does not count, the one before it does", async () => {
  const file = createSpentFile(path);
  file.read();
  for (const dollars of [10, 20, 30]) await file.write(spent(dollars));
  const text = readFileSync(path, "utf8");
  const at = text.indexOf('"30"');
  writeFileSync(path, `${text.slice(0, at)}"31"${text.slice(at + 4)}`);
  const next = createSpentFile(path);
  expect(next.read()).toEqual(spent(20));
  // The damaged line is the next one to be written.
  await next.write(spent(40));
  expect(createSpentFile(path).read()).toEqual(spent(40));
});

test("the file of an earlier version is read, and becomes one of this", async () => {
  writeFileSync(path, '{"day":5,"spentUsd":"12.5"}\n', { mode: 0o600 });
  const file = createSpentFile(path);
  expect(file.read()).toEqual({ day: 5, spentUsd: 12_500_000n });
  await file.write(spent(13));
  expect(createSpentFile(path).read()).toEqual(spent(13));
});

test("a file that went away while the signer runs is made again", async () => {
  const file = createSpentFile(path);
  for (const dollars of [10, 20]) await file.write(spent(dollars));
  rmSync(path);
  await file.write(spent(30));
  expect(createSpentFile(path).read()).toEqual(spent(30));
});

test.each(["", "{}", "not ours", '{"day":5,"spentUsd":"much"}'])("%j is damaged, and nothing is signed", (text) => {
  writeFileSync(path, text, { mode: 0o600 });
  expect(() => createSpentFile(path).read()).toThrow(/damaged; remove it only if/);
});
