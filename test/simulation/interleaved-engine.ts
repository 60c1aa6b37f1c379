import type { ClientBase } from "pg";
import type { Engine } from "../../src/adapters/postgres/engine.ts";

/**
 * The database as a process sees it to which others write between its statements: `between` runs before each of them. The
 * embedded engine has one connection, so there a transaction is one statement.
 */
export function interleavedEngine(engine: Engine, between: () => Promise<void>): Engine {
  const { source, name } = engine;
  const acquire: typeof source.acquire = async () => {
    if (name === "pglite") await between();
    const pooled = await source.acquire();
    if (name === "pglite") return pooled;
    const query = async (...given: unknown[]): Promise<unknown> => {
      await between();
      return (pooled.client.query as (...all: unknown[]) => Promise<unknown>).apply(pooled.client, given);
    };
    const client = Object.create(pooled.client, { query: { value: query } }) as ClientBase;
    return { ...pooled, client };
  };
  return { ...engine, source: { ...source, acquire } };
}
