import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect as connectSocket, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Database, openDatabase } from "../../src/adapters/postgres/connect.ts";
import { migrate } from "../../src/adapters/postgres/migrate.ts";
import { drawInteger } from "../../src/adapters/simnet/random/draws.ts";
import { createPrng } from "../../src/adapters/simnet/random/prng.ts";
import { type Simnet, startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { epochMs } from "../../src/core/time/time.ts";
import { findProblems, isCaughtUp } from "../simulation/checks.ts";
import { differences, snapshot } from "../simulation/snapshot.ts";
import { eventually } from "../support/eventually.ts";
import { createManualClock } from "../support/manual-clock.ts";

// Goal: a listener that is killed at any moment leaves nothing that a restart does not mend. Method: the program itself on
// PostgreSQL, between them a socket that counts what the program says to the server; at a message drawn by seed the
// process gets SIGKILL, before or after the server hears it. Meanwhile the chain goes on and replaces blocks.
const SEED = 20_261_121;
const KILLS = 8;
const HISTORY_BLOCKS = 300;
const SLOW_MS = 180_000;
const CATCH_UP_MS = 60_000;
const SOCKET = ".s.PGSQL.5432";
const START = epochMs(Date.UTC(2026, 10, 20, 12));
const cli = fileURLToPath(new URL("../../src/apps/cli.ts", import.meta.url));
const server = inject("postgresUrl");

describe.skipIf(server === null)("the listener's process", () => {
  const random = createPrng(SEED, "kills");
  const clock = createManualClock(START);
  const folder = mkdtempSync(join(tmpdir(), "orderflow-killed-"));
  const names = ["killed", "clean"].map((name) => `${name}_${process.pid}`) as [string, string];
  let simnet: Simnet;
  let startBlock = 0;
  let proxy: Server;
  let newest: ChildProcess | null = null;
  /** Messages to the server until the process is killed; null: it is not. */
  let fuse: { left: number; readonly isHeard: boolean; readonly kill: () => void } | null = null;

  const urlOf = (name: string): string => (server ?? "").replace("/postgres?", `/${name}?`);

  beforeAll(async () => {
    simnet = await startSimnet({ seed: SEED, port: 0, clock, history: 1, finalityBlocks: 30, isManual: true });
    startBlock = simnet.chain.head() - HISTORY_BLOCKS;
    proxy = await startProxy(new URL(server ?? "").searchParams.get("host") ?? "");
    for (const name of names) {
      await administer(`CREATE DATABASE ${name}`);
      await using(name, async (db) => {
        await migrate(db);
        await sql`UPDATE flow.chain_state SET follow_from_block = ${startBlock}`.execute(db.kysely);
      });
    }
  });
  afterAll(async () => {
    newest?.kill("SIGKILL");
    proxy.close();
    await simnet.stop();
    for (const name of names) await administer(`DROP DATABASE IF EXISTS ${name} (FORCE)`);
    rmSync(folder, { recursive: true, force: true });
  });

  async function administer(statement: string): Promise<void> {
    const admin = new pg.Client({ connectionString: server ?? "" });
    await admin.connect();
    await admin.query(statement).finally(() => admin.end());
  }

  async function using<T>(name: string, use: (db: Database) => Promise<T>): Promise<T> {
    const db = await openDatabase({ url: urlOf(name) });
    return use(db).finally(() => db.close());
  }

  async function startProxy(serverFolder: string): Promise<Server> {
    const made = createServer((near) => {
      const far = connectSocket(join(serverFolder, SOCKET));
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        from.on("error", () => to.destroy());
        from.on("close", () => to.destroy());
      }
      far.on("data", (piece) => near.write(piece));
      near.on("data", (piece) => {
        if (fuse !== null) fuse.left -= 1;
        if (fuse !== null && fuse.left <= 0) {
          fuse.kill();
          if (!fuse.isHeard) return;
        }
        far.write(piece);
      });
    });
    await new Promise<void>((resolve) => made.listen(join(folder, SOCKET), resolve));
    return made;
  }

  /** The program, with nothing of our environment but PATH. */
  function start(name: string): { readonly child: ChildProcess; readonly ended: Promise<string> } {
    const env = {
      PATH: process.env.PATH ?? "",
      DATABASE_URL: `postgresql:///${name}?host=${encodeURIComponent(folder)}&user=postgres`,
      POLYGON_RPC_URL: `${simnet.rpcUrl},${simnet.wsUrl}`,
      GAMMA_URL: simnet.gammaUrl,
    };
    const child = spawn(process.execPath, [cli, "listener"], { cwd: folder, env, stdio: "ignore" });
    newest = child;
    const ended = new Promise<string>((resolve) => {
      child.on("exit", (code, signal) => resolve(signal ?? String(code)));
    });
    return { child, ended };
  }

  /** Runs the program until it holds what the chain has, and asks it to end. */
  async function runToHead(name: string): Promise<void> {
    const { child, ended } = start(name);
    try {
      await using(name, (db) =>
        eventually(async () => {
          if (child.exitCode !== null) throw new Error(`the listener ended with ${child.exitCode}`);
          return (await isCaughtUp(db, simnet.chain, startBlock)) ? null : "the head";
        }, CATCH_UP_MS),
      );
    } finally {
      child.kill("SIGTERM");
    }
    expect(await ended).toBe("0");
  }

  test(`killed ${KILLS} times, ends with the rows of one that was not`, { timeout: SLOW_MS }, async () => {
    const [killed, clean] = names;
    for (let time = 0; time < KILLS; time += 1) {
      const { child, ended } = start(killed);
      fuse = { left: drawInteger(random, 10, 60), isHeard: random() < 0.5, kill: () => child.kill("SIGKILL") };
      expect(await ended).toBe("SIGKILL");
      fuse = null;
      if (time > 1) simnet.reorg(drawInteger(random, 1, 25), "shifted");
      simnet.advanceTo(simnet.chain.nextBlockAt() + drawInteger(random, 0, 60_000));
    }
    await runToHead(killed);
    await runToHead(clean);
    const [after, expected] = await Promise.all(names.map((name) => using(name, snapshot)));
    expect(expected?.filter((line) => line.startsWith("fill:")).length).toBeGreaterThan(100);
    expect(differences(after ?? [], expected ?? [])).toEqual([]);
    expect(await using(killed, (db) => findProblems(db, simnet.chain, startBlock))).toEqual([]);
  });
});
