import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

// Two processes of the program on one server: one trades, the other says why not, and takes over when the first is killed.

const cli = fileURLToPath(new URL("../../src/apps/cli.ts", import.meta.url));
const server = inject("postgresUrl");
const name = `two_executors_${process.pid}`;
const url = server?.replace("/postgres?", `/${name}?`) ?? "";

type Running = { readonly child: ChildProcess; said(message: string): Promise<void>; readonly lines: string[] };

describe.skipIf(server === null)("two executors on one server", () => {
  let admin: pg.Client;
  let folder = "";
  const started: Running[] = [];
  const env = { PATH: process.env.PATH ?? "", DATABASE_URL: url };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "orderflow-two-"));
    admin = new pg.Client({ connectionString: server ?? "" });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${name}`);
  });
  afterAll(async () => {
    for (const { child } of started) child.kill("SIGKILL");
    await admin.query(`DROP DATABASE ${name} (FORCE)`);
    await admin.end();
    rmSync(folder, { recursive: true, force: true });
  });

  function start(): Running {
    const child = spawn(process.execPath, [cli, "executor"], { cwd: folder, env });
    const lines: string[] = [];
    const output = createInterface({ input: child.stdout });
    output.on("line", (line) => lines.push(String((JSON.parse(line) as { msg: string }).msg)));
    const said = (message: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (lines.includes(message)) resolve();
        };
        output.on("line", look);
        child.once("exit", () => reject(new Error(`ended without "${message}": ${lines.join(" | ")}`)));
        look();
      });
    const running = { child, said, lines };
    started.push(running);
    return running;
  }
  const command = (...args: readonly string[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      execFile(process.execPath, [cli, ...args, "--json"], { cwd: folder, env }, (_, out, err) => {
        if (out === "") reject(new Error(err));
        else resolve(JSON.parse(out));
      });
    });

  test("one trades, the other says why not and takes over within ten seconds of a kill", {
    timeout: 90_000,
  }, async () => {
    const first = start();
    await first.said("trading");
    const second = start();
    await second.said("another executor is trading; waiting to take over");
    expect(second.lines).not.toContain("trading");
    expect(await command("pause")).toMatchObject({ outcome: "done", executor: { isRunning: true } });
    const killedAt = performance.now();
    first.child.kill("SIGKILL");
    await second.said("trading");
    expect(performance.now() - killedAt).toBeLessThan(10_000);
    // What the first was told, the second knows.
    expect(await command("resume")).toMatchObject({ outcome: "done", executor: { tradingState: "ACTIVE" } });
    const { rows } = await query(
      `SELECT kind, extract(epoch FROM handled_at - created_at)::float8 AS seconds FROM flow.command ORDER BY id`,
    );
    expect(rows.map(({ kind }) => kind)).toEqual(["pause", "resume"]);
    // By the wake: a look without one comes every three seconds.
    for (const { seconds } of rows) expect(seconds).toBeLessThan(3);
  });

  async function query(text: string): Promise<{ rows: { kind: string; seconds: number }[] }> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return await client.query(text);
    } finally {
      await client.end();
    }
  }
});
