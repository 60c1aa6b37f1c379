import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { InputError, TransientError } from "../../core/errors.ts";
import { askControl, NobodyAnswersError } from "./control-client.ts";
import { startControlServer } from "./control-server.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "orderflow-control-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a question reaches the process that holds the folder, amounts and all, and only its owner may ask", async () => {
  const close = await startControlServer(folder, async (method, args) => ({ method, args, count: 7n, missing: null }));
  expect(await askControl(folder, "signals", [5, "x"])).toEqual({
    method: "signals",
    args: [5, "x"],
    count: 7n,
    missing: null,
  });
  expect(statSync(join(folder, "control.sock")).mode & 0o777).toBe(0o600);
  await close();
  await expect(askControl(folder, "signals", [])).rejects.toBeInstanceOf(NobodyAnswersError);
});

test("a refused question and a failing one are told apart", async () => {
  const close = await startControlServer(folder, async (method) => {
    throw method === "wrong" ? new InputError("NO", "no such question") : new Error("the disk is full");
  });
  await expect(askControl(folder, "wrong", [])).rejects.toThrow(InputError);
  await expect(askControl(folder, "right", [])).rejects.toThrow(TransientError);
  await expect(askControl(folder, "right", ["x".repeat(100_000)])).rejects.toThrow(/too large/);
  await close();
});

test("a socket file that a killed process left behind is taken over", async () => {
  writeFileSync(join(folder, "control.sock"), "");
  const close = await startControlServer(folder, async () => "here");
  expect(await askControl(folder, "any", [])).toBe("here");
  await close();
});
