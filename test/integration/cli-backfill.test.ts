import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lockFolder } from "../../src/adapters/postgres/folder-lock.ts";
import { type Simnet, startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { epochMs } from "../../src/core/time/time.ts";
import type { CommandOutcome } from "../support/command-runner.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { putTemplate } from "../support/pglite-template.ts";
import { runCommands } from "../support/run-commands.ts";

/** Each run starts a process. */
const SLOW_MS = 180_000;
const START = epochMs(Date.UTC(2026, 10, 20, 12));

let folder = "";
let simnet: Simnet;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "orderflow-backfill-"));
  await putTemplate(join(folder, "data"), "migrated");
  const clock = createManualClock(START);
  simnet = await startSimnet({
    seed: "cli",
    port: 0,
    clock,
    history: 1,
    isManual: true,
    limits: { blockRangeMax: 100 },
  });
});
afterAll(async () => {
  await simnet.stop();
  rmSync(folder, { recursive: true, force: true });
});

const orderflow = (...lists: readonly (readonly string[])[]): Promise<readonly CommandOutcome[]> =>
  runCommands(folder, lists, { POLYGON_RPC_URL: simnet.rpcUrl });

test("history is read by time, once, and verify says what is proven and what is missing", {
  timeout: SLOW_MS,
}, async () => {
  const [nothing, read] = await orderflow(
    ["verify"],
    ["backfill", "--from", "2026-11-20T11:10Z", "--to", "2026-11-20T11:20"],
  );
  expect(nothing).toMatchObject({ code: 1, said: expect.stringContaining("Nothing is covered") });
  expect(read).toMatchObject({ code: 0, said: expect.stringContaining("Complete") });
  const [, from = "", to = ""] = /Blocks ([\d,]+) to ([\d,]+)/.exec(read?.said ?? "") ?? [];
  const [fromBlock, toBlock] = [from, to].map((text) => Number(text.replaceAll(",", ""))) as [number, number];
  const timeOf = (block: number): number => simnet.chain.header(block).timestamp * 1_000;
  expect(timeOf(fromBlock)).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 20, 11, 10));
  expect(timeOf(fromBlock - 1)).toBeLessThan(Date.UTC(2026, 10, 20, 11, 10));
  expect(timeOf(toBlock)).toBeLessThanOrEqual(Date.UTC(2026, 10, 20, 11, 20));
  expect(timeOf(toBlock + 1)).toBeGreaterThan(Date.UTC(2026, 10, 20, 11, 20));

  const [again, beyond, deep, status] = await orderflow(
    ["backfill", "--from", String(fromBlock - 20), "--to", String(toBlock)],
    ["verify", "--from", String(fromBlock - 20), "--to", String(toBlock + 5)],
    ["verify", "--deep", "--sample", "5"],
    ["status"],
  );
  expect(again?.said).toMatch(/Complete: 20 blocks/);
  expect(beyond).toMatchObject({ code: 1, said: expect.stringContaining("5 of") });
  expect(deep).toMatchObject({ code: 0, said: expect.stringContaining("no block is missing") });
  expect(deep?.said).toContain("All as held");
  expect(status).toMatchObject({ code: 0, said: expect.stringContaining("none missing") });
});

test("a range that cannot be read is refused with the reason", { timeout: SLOW_MS }, async () => {
  const [never, ahead] = await orderflow(["backfill", "--from", "soon"], ["backfill", "--from", "2026-12-24"]);
  expect(never?.code).toBe(2);
  expect(ahead).toMatchObject({ code: 2, said: expect.stringContaining("no final block yet") });
});

test("while another process holds the embedded database, it says who and what to do", {
  timeout: SLOW_MS,
}, async () => {
  const release = lockFolder(join(folder, "data"));
  try {
    const [held] = await orderflow(["backfill", "--from", "2026-11-20T11:10Z"]);
    expect(held?.code).toBe(2);
    expect(held?.said).toContain(`held by process ${process.pid}`);
    expect(held?.said).toContain("DATABASE_URL");
  } finally {
    release();
  }
});
