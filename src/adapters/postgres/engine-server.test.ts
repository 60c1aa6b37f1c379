import { once } from "node:events";
import { createServer } from "node:net";
import { sql } from "kysely";
import pg from "pg";
import { describe, expect, inject, test } from "vitest";
import { describeOnEachEngine } from "../../../test/support/engines.ts";
import { ConfigError, OutcomeUnknownError } from "../../core/errors.ts";
import { openDatabase } from "./connect.ts";

const problemOf = async (url: string): Promise<string> => {
  const error: unknown = await openDatabase({ url }, { maxWaitMs: 2_000 }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigError);
  return (error as ConfigError).message;
};

/** Answers just enough of the protocol to tell its version. */
async function oldServer(version: string): Promise<{ port: number; stop: () => void }> {
  const message = (type: string, ...parts: Buffer[]): Buffer => {
    const body = Buffer.concat(parts);
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const number = (bytes: number, value: number): Buffer => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeIntBE(value, 0, bytes);
    return buffer;
  };
  const text = (value: string): Buffer => Buffer.from(`${value}\0`);
  const ready = message("Z", Buffer.from("I"));
  const column = Buffer.concat([
    text("server_version_num"),
    number(4, 0),
    number(2, 0),
    number(4, 25),
    number(2, -1),
    number(4, -1),
    number(2, 0),
  ]);
  const answer = Buffer.concat([
    message("T", number(2, 1), column),
    message("D", number(2, 1), number(4, version.length), Buffer.from(version)),
    message("C", text("SHOW")),
    ready,
  ]);
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(Buffer.concat([message("R", number(4, 0)), ready]));
      socket.on("data", (query) => {
        if (query.toString("latin1").includes("SHOW")) socket.write(answer);
        else if (query[0] === 0x51) socket.write(Buffer.concat([message("C", text("SET")), ready]));
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as { port: number }).port, stop: () => void server.close() };
}

describe("a server that cannot be used", () => {
  test("an unreachable one is named without its password", async () => {
    const problem = await problemOf("postgresql://someone:s3cret@127.0.0.1:1/flow");
    expect(problem).toMatch(/DATABASE_URL.*127\.0\.0\.1:1\/flow.*ECONNREFUSED/);
    expect(problem).not.toMatch(/s3cret|someone/);
  });

  test("one that is too old is refused with its version", async () => {
    const { port, stop } = await oldServer("140011");
    expect(await problemOf(`postgresql://u:s3cret@127.0.0.1:${port}/flow`)).toMatch(/is PostgreSQL 14; 15 or later/);
    stop();
  });

  test("text that is no URL is refused without repeating it", async () => {
    expect(await problemOf("s3cret")).toBe(
      "DATABASE_URL: not a URL of the form postgresql://user:password@host:5432/database",
    );
  });
});

describe.skipIf(inject("postgresUrl") === null)("a server that goes away [PostgreSQL]", () => {
  const server = inject("postgresUrl") ?? "";
  /** Ends every other session of the same application but the ones of other tests. */
  const kill = async (pids: readonly number[]): Promise<void> => {
    const admin = new pg.Client({ connectionString: server });
    await admin.connect();
    for (const pid of pids) await admin.query("SELECT pg_terminate_backend($1)", [pid]);
    await admin.end();
  };
  const pidOf = async (
    db: Parameters<typeof sql.raw>[0] extends string ? Awaited<ReturnType<typeof openDatabase>>["kysely"] : never,
  ) => (await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(db)).rows[0]?.pid ?? 0;

  test("a transaction whose connection breaks before the commit is run again", async () => {
    const db = await openDatabase({ url: server });
    let runs = 0;
    const result = await db.transaction(async (trx) => {
      runs += 1;
      if (runs === 1) await kill([await pidOf(trx)]);
      return (await sql<{ n: number }>`SELECT 5 AS n`.execute(trx)).rows[0]?.n;
    });
    expect({ result, runs }).toEqual({ result: 5, runs: 2 });
    await db.close();
  });

  test("a connection that breaks while committing leaves the outcome unknown", async () => {
    const db = await openDatabase({ url: server });
    const broken = db.transaction(async (trx) => {
      await kill([await pidOf(trx)]);
    });
    await expect(broken).rejects.toThrow(OutcomeUnknownError);
    await db.close();
  });

  test("a lost lock is reported and can be taken by another", async () => {
    const db = await openDatabase({ url: server });
    const lost = Promise.withResolvers<void>();
    await db.tryLock(77n, lost.resolve);
    const { rows } = await sql<{
      pid: number;
    }>`SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 77`.execute(db.kysely);
    await kill(rows.map(({ pid }) => pid));
    await lost.promise;
    const release = await db.tryLock(77n);
    expect(release).not.toBeNull();
    await release?.();
    await db.close();
  });

  test("listeners hear again after their connection broke, and get one hint for what they may have missed", async () => {
    const db = await openDatabase({ url: server });
    let onHint = (): void => {};
    const next = () => new Promise<void>((resolve) => (onHint = resolve));
    await db.wake.listen("orderflow_signals", () => onHint());
    const { rows } = await sql<{
      pid: number;
    }>`SELECT pid FROM pg_stat_activity WHERE query = 'LISTEN orderflow_signals'`.execute(db.kysely);
    expect(rows).toHaveLength(1);
    const missed = next();
    await kill(rows.map(({ pid }) => pid));
    await missed;
    const heard = next();
    await db.wake.notify("orderflow_signals");
    await heard;
    await db.close();
  });
});

describeOnEachEngine("advisory keys", (getDb) => {
  test("keys beyond 32 bits are told apart", async () => {
    const one = await getDb().tryLock(1n);
    const far = await getDb().tryLock(1n + 2n ** 40n);
    expect([one, far]).not.toContain(null);
    await one?.();
    await far?.();
  });
});
