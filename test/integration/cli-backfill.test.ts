import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lockFolder } from "../../src/adapters/postgres/folder-lock.ts";
import { type Simnet, startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { epochMs } from "../../src/core/time/time.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { putTemplate } from "../support/pglite-template.ts";

/** Each run starts a process. */
const SLOW_MS = 120_000;
const cli = fileURLToPath(new URL("../../src/apps/cli.ts", import.meta.url));
const START = epochMs(Date.UTC(2026, 10, 20, 12));

type Outcome = { readonly code: number; readonly out: string; readonly err: string };

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

/** Runs the program in a folder of its own, with nothing of the caller's environment but PATH. */
function orderflow(...args: readonly string[]): Promise<Outcome> {
  const env = { PATH: process.env.PATH ?? "", POLYGON_RPC_URL: simnet.rpcUrl };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd: folder, env, timeout: SLOW_MS }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, out, err });
    });
  });
}

test("history is read by time, once, and verify says what is proven and what is missing", {
  timeout: SLOW_MS,
}, async () => {
  expect(await orderflow("verify")).toMatchObject({ code: 1, out: expect.stringContaining("Nothing is covered") });

  const read = await orderflow("backfill", "--from", "2026-11-20T11:10Z", "--to", "2026-11-20T11:20");
  expect(read).toMatchObject({ code: 0, out: expect.stringContaining("Complete") });
  const [, from = "", to = ""] = /Blocks ([\d,]+) to ([\d,]+)/.exec(read.out) ?? [];
  const [fromBlock, toBlock] = [from, to].map((text) => Number(text.replaceAll(",", ""))) as [number, number];
  const timeOf = (block: number): number => simnet.chain.header(block).timestamp * 1_000;
  expect(timeOf(fromBlock)).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 20, 11, 10));
  expect(timeOf(fromBlock - 1)).toBeLessThan(Date.UTC(2026, 10, 20, 11, 10));
  expect(timeOf(toBlock)).toBeLessThanOrEqual(Date.UTC(2026, 10, 20, 11, 20));
  expect(timeOf(toBlock + 1)).toBeGreaterThan(Date.UTC(2026, 10, 20, 11, 20));

  const again = await orderflow("backfill", "--from", String(fromBlock - 20), "--to", String(toBlock));
  expect(again.out).toMatch(/Complete: 20 blocks/);

  const beyond = await orderflow("verify", "--from", String(fromBlock - 20), "--to", String(toBlock + 5));
  expect(beyond).toMatchObject({ code: 1, out: expect.stringContaining("5 of") });
  const deep = await orderflow("verify", "--deep", "--sample", "5");
  expect(deep).toMatchObject({ code: 0, out: expect.stringContaining("no block is missing") });
  expect(deep.out).toContain("All as held");
  const status = await orderflow("status");
  expect(status).toMatchObject({ code: 0, out: expect.stringContaining("none missing") });
});

test("a range that cannot be read is refused with the reason", { timeout: SLOW_MS }, async () => {
  expect((await orderflow("backfill", "--from", "soon")).code).toBe(2);
  const ahead = await orderflow("backfill", "--from", "2026-12-24");
  expect(ahead).toMatchObject({ code: 2, err: expect.stringContaining("no final block yet") });
});

test("while another process holds the embedded database, it says who and what to do", {
  timeout: SLOW_MS,
}, async () => {
  const release = lockFolder(join(folder, "data"));
  try {
    const held = await orderflow("backfill", "--from", "2026-11-20T11:10Z");
    expect(held.code).toBe(2);
    expect(held.err).toContain(`held by process ${process.pid}`);
    expect(held.err).toContain("DATABASE_URL");
  } finally {
    release();
  }
});
