import type { ClientBase, QueryConfig } from "pg";
import type { Engine } from "../../src/adapters/postgres/engine.ts";
import type { ClientSource, PooledClient } from "../../src/adapters/postgres/pool.ts";
import type { Faults } from "../../src/adapters/simnet/faults/faults.ts";
import { TransientError } from "../../src/core/errors.ts";
import type { Life } from "./life.ts";
import type { SimTime } from "./sim-time.ts";

export const DATABASE_FAULTS = ["db_refused", "db_lost_before", "db_lost_after", "db_conflict"] as const;
export type DatabaseFault = (typeof DATABASE_FAULTS)[number] | "db_terminated";

/** Counts the statements of a whole run, over all its processes, and says at which of them one is killed. */
export type Killer = { next(): "no" | "before" | "after"; statements(): number };

export type MortalOptions = {
  readonly time: SimTime;
  readonly life: Life;
  readonly faults: Faults<DatabaseFault>;
  /** Of each statement so far, over all processes of a run: what failed may pass when it is sent again. */
  readonly attempts: Map<string, number>;
  readonly killer: Killer;
  /** Ends the connection from outside, as an administrator does; null on the embedded engine. */
  readonly terminate: ((client: ClientBase) => Promise<void>) | null;
};

type Connection = { readonly pooled: PooledClient; isLost: boolean; isInTransaction: boolean };
type Send = () => Promise<unknown>;

const killed = (): Error => new Error("the process was killed");

/** The database as a process sees it that may lose it, or be killed, around any statement. */
export function createMortalEngine(engine: Engine, options: MortalOptions): Engine {
  const { time, life, killer } = options;
  const judge = createJudge(options);
  const held = new Set<Connection>();
  const connections = new WeakMap<object, Connection>();

  /** Time waits for it; a process that is dead by then does not see its end. */
  const outside = <T>(work: () => Promise<T>): Promise<T> => life.answer(time.busy(work));

  async function perform(connection: Connection, text: string, send: Send): Promise<unknown> {
    if (connection.isLost) throw new Error("Client has encountered a connection error and is not queryable");
    await mayDie(life, killer, send);
    const fault = judge(text, connection.isInTransaction);
    if (/^begin/i.test(text)) connection.isInTransaction = true;
    if (/^(commit|rollback)/i.test(text)) connection.isInTransaction = false;
    return fault === null ? send() : fail(fault, connection, send);
  }

  async function fail(fault: DatabaseFault, connection: Connection, send: Send): Promise<unknown> {
    const { client } = connection.pooled;
    if (fault === "db_terminated") {
      await options.terminate?.(client);
      return send();
    }
    if (fault === "db_lost_after") await send();
    await client.query("ROLLBACK");
    if (fault === "db_conflict") throw withCode("could not serialize access due to concurrent update", "40001");
    connection.isLost = true;
    throw new Error("Connection terminated unexpectedly");
  }

  function use(pooled: PooledClient): PooledClient {
    const connection: Connection = { pooled, isLost: false, isInTransaction: false };
    const query = (statement: string | QueryConfig, parameters?: unknown[]): Promise<unknown> => {
      const text = typeof statement === "string" ? statement : statement.text;
      return outside(() => perform(connection, text, () => pooled.client.query(statement, parameters)));
    };
    const client = { query } as unknown as ClientBase;
    held.add(connection);
    connections.set(client, connection);
    return {
      client,
      release: (broken) => {
        if (!life.isDead() && held.delete(connection)) return pooled.release(broken && !connection.isLost);
      },
    };
  }

  const source: ClientSource = {
    options: engine.source.options,
    acquire: () =>
      outside(async () => {
        if (judge("connect", false) !== null) throw withCode("connect ECONNREFUSED", "ECONNREFUSED");
        const pooled = await engine.source.acquire();
        if (life.isDead()) await pooled.release(false);
        return life.isDead() ? Promise.reject(killed()) : use(pooled);
      }),
    copy: async (client, rows) => {
      const connection = connections.get(client) as Connection;
      const send = (): Promise<void> => engine.source.copy(connection.pooled.client, rows);
      await outside(() => perform(connection, "COPY", send));
    },
    copyOut: (client, out) => engine.source.copyOut((connections.get(client) as Connection).pooled.client, out),
  };

  /** The server notices that the connections of a dead process are gone, and rolls back. */
  async function rollBack(): Promise<void> {
    for (const { pooled } of held) {
      // Queued behind what was under way, which the server finishes as it would for a process that is gone.
      const isBroken = await pooled.client.query("ROLLBACK").then(
        () => false,
        () => true,
      );
      await pooled.release(isBroken);
    }
    held.clear();
  }
  life.onDeath(() => void time.busy(rollBack));

  async function notify(send: () => Promise<void>): Promise<void> {
    await mayDie(life, killer, send);
    if (judge("NOTIFY", false) !== null) {
      throw new TransientError(
        "DATABASE_UNAVAILABLE",
        "the database does not answer: Connection terminated unexpectedly",
      );
    }
    await send();
  }

  return {
    ...engine,
    source,
    // Its locks go with a process.
    tryLock: (key, onLost) =>
      outside(async () => {
        const release = await engine.tryLock(key, onLost);
        if (release === null) return null;
        life.onDeath(() => void time.busy(release));
        return () => time.busy(release);
      }),
    wake: { ...engine.wake, notify: (channel) => outside(() => notify(() => engine.wake.notify(channel))) },
  };
}

const withCode = (message: string, code: string): Error => Object.assign(new Error(message), { code });

/** The kill of a statement that was sent comes before its answer; whether it took effect is the server's affair. */
async function mayDie(life: Life, killer: Killer, send: Send): Promise<void> {
  if (life.isDead()) throw killed();
  const when = killer.next();
  if (when === "no") return;
  if (when === "after") await send().catch(() => {});
  life.kill();
  throw killed();
}

/** @returns what befalls a statement; a conflict can only end a transaction, and undoing always works. */
function createJudge({ faults, attempts, terminate }: MortalOptions) {
  return (text: string, isInTransaction: boolean): DatabaseFault | null => {
    const occasion = text.trimStart().slice(0, 48).toLowerCase();
    if (occasion.startsWith("rollback")) return null;
    const attempt = attempts.get(occasion) ?? 0;
    attempts.set(occasion, attempt + 1);
    const isControl = /^(begin|commit|connect|notify)/.test(occasion);
    const possible: DatabaseFault[] = occasion === "connect" ? ["db_refused"] : ["db_lost_before", "db_lost_after"];
    if (isInTransaction && !isControl) possible.push("db_conflict");
    if (terminate !== null && occasion !== "connect" && occasion !== "notify") possible.push("db_terminated");
    const fault = possible.find((each) => faults.strikes(each, occasion, attempt)) ?? null;
    if (fault !== null) faults.count(fault);
    return fault;
  };
}
