// Goal: each service does its work with the rights of its role alone, and no role may write what is another's.
// Method: simnet's chain is read, scored and traded on by connections that have switched to the role; every pair of role and
// table is asked of the catalog.
import { sql } from "kysely";
import { afterAll, describe, expect, inject, test } from "vitest";
import { type Database, openDatabase } from "../../src/adapters/postgres/connect.ts";
import { createExecutorStore } from "../../src/adapters/postgres/executor-store.ts";
import { migrate } from "../../src/adapters/postgres/migrate.ts";
import { READ_ONLY, renewGrants, roleName, type ServiceRole, WRITABLE } from "../../src/adapters/postgres/roles.ts";
import { installQueue, openSweepQueue } from "../../src/adapters/postgres/sweep-queue.ts";
import { startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { epochMs, HOUR_MS } from "../../src/core/time/time.ts";
import { BLOCKS, fillPartition, openWorld } from "../support/archive-world.ts";
import { marketNo, tokenNo } from "../support/chain-facts.ts";
import { emptyChain } from "../support/empty-chain.ts";
import { emptyReputation } from "../support/empty-reputation.ts";
import { databaseUrl, describeOnOneEngine } from "../support/engines.ts";
import { createExecutorWorld } from "../support/executor-world.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";
import { createReputationBench } from "../support/reputation-bench.ts";
import { readSimnetChain } from "../support/simnet-listener.ts";
import { aBook, someTerms } from "../support/trading.ts";

const NOW = epochMs(Date.UTC(2026, 10, 20, 12));
const services = Object.keys(WRITABLE) as readonly ServiceRole[];

describe.skipIf(inject("postgresUrl") === null)("roles", { timeout: 60_000 }, () => {
  describeOnOneEngine("of a server", (getDb) => {
    const opened: Database[] = [];
    const urlOf = async (service: ServiceRole): Promise<string> => {
      const { rows } = await sql<{ name: string }>`SELECT current_database() AS name`.execute(getDb().kysely);
      const url = new URL(databaseUrl(inject("postgresUrl") ?? "", rows[0]?.name ?? "").replace(":///", "://host/"));
      url.searchParams.set("options", `-c role=${roleName(service)}`);
      return url.href.replace("://host/", ":///");
    };
    const as = async (service: ServiceRole): Promise<Database> => {
      const db = await openDatabase({ url: await urlOf(service) });
      opened.push(db);
      return db;
    };
    afterAll(async () => {
      for (const db of opened) await db.close();
    });

    test("every table has a writer, and nobody else may write to it", async () => {
      const { rows } = await sql<{ name: string }>`
        SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'flow' AND c.relkind IN ('r', 'p') AND NOT c.relispartition`.execute(getDb().kysely);
      const written: readonly string[] = services.flatMap((service) => WRITABLE[service]);
      expect(
        rows
          .map(({ name }) => name)
          .filter((name) => !written.includes(name))
          .sort(),
      ).toEqual(READ_ONLY);
      for (const service of services) {
        const { rows: may } = await sql<{ name: string }>`
          SELECT name FROM unnest(${sql.lit(`{${rows.map(({ name }) => name).join()}}`)}::text[]) AS name
          WHERE has_table_privilege(${roleName(service)}, 'flow.' || name, 'INSERT, UPDATE, DELETE, TRUNCATE')
          ORDER BY name`.execute(getDb().kysely);
        expect(may.map(({ name }) => name)).toEqual([...WRITABLE[service]].sort());
      }
    });

    test("a role starts on tables that are up to date and may not write what is another's", async () => {
      const [listener, dashboard] = [await as("listener"), await as("dashboard")];
      expect(await migrate(listener)).toEqual([]);
      await expect(sql`DELETE FROM flow.signal`.execute(listener.kysely)).rejects.toThrow(/permission denied/);
      await expect(sql`INSERT INTO flow.wallet (address) VALUES ('\\x01')`.execute(dashboard.kysely)).rejects.toThrow(
        /permission denied/,
      );
      await expect(sql`SELECT flow.ensure_fill_partition(1)`.execute(dashboard.kysely)).rejects.toThrow(
        /permission denied/,
      );
    });

    test("a role that was made after the tables gets its rights from their owner, and from nobody else", async () => {
      const executor = roleName("executor");
      const may = async () =>
        (
          await sql<{ may: boolean }>`SELECT has_table_privilege(${executor}, 'flow.signal', 'INSERT') AS may`.execute(
            getDb().kysely,
          )
        ).rows;
      await sql.raw(`REVOKE ALL ON ALL TABLES IN SCHEMA flow FROM ${executor}`).execute(getDb().kysely);
      expect(await renewGrants(await as("listener"))).toEqual([]);
      expect(await may()).toEqual([{ may: false }]);
      expect(await renewGrants(getDb())).toContain(executor);
      expect(await may()).toEqual([{ may: true }]);
    });

    test("backtest takes jobs from a queue that its role may not make", async () => {
      const { rows } = await sql<{ name: string }>`SELECT current_database() AS name`.execute(getDb().kysely);
      const backtest = await as("backtest");
      const open = async () =>
        openSweepQueue(backtest, {
          ...{ url: await urlOf("backtest"), sweepId: "roles", hashes: ["a"], isOver: async () => true },
          ...{ clock: createSystemClock(), logger: createQuietLogger(), signal: new AbortController().signal },
        });
      await expect(open()).rejects.toThrow(/run `orderflow migrate` as the owner/);
      await installQueue(getDb(), databaseUrl(inject("postgresUrl") ?? "", rows[0]?.name ?? ""));
      const jobs = await open();
      const job = await jobs.next();
      expect(job?.hash).toBe("a");
      await job?.giveBack();
      const again = await jobs.next();
      expect(again?.hash).toBe("a");
      await again?.done();
      expect(await jobs.next()).toBeNull();
      await jobs.close();
    });

    test("listener and reputation do their work", async () => {
      const clock = createManualClock(NOW);
      const simnet = await startSimnet({ seed: "roles", port: 0, clock, history: 2, isManual: true });
      try {
        const bench = await createReputationBench(getDb(), { now: epochMs(NOW + HOUR_MS) });
        await readSimnetChain(await as("listener"), simnet, clock);
        expect(await bench.serviceOn(await as("reputation")).calculate()).not.toMatchObject({ fills: 0 });
      } finally {
        await simnet.stop();
      }
    });

    test("the listener archives what it may not drop by itself", async () => {
      await emptyChain(getDb());
      await emptyReputation(getDb());
      await fillPartition(getDb(), 2);
      const db = await as("listener");
      await expect(sql`SELECT flow.drop_archived_partition('flow.fill_00002')`.execute(db.kysely)).rejects.toThrow(
        /not a partition of archived fills/,
      );
      await expect(sql`DROP TABLE flow.fill_00002`.execute(db.kysely)).rejects.toThrow(/must be owner/);
      const world = openWorld(db, 4 * BLOCKS);
      expect((await world.archive()).moved).toHaveLength(1);
      await world.files.close();
    });

    test("the executor trades", async () => {
      const world = await createExecutorWorld(getDb());
      const db = await as("executor");
      world.books.setBook(tokenNo(0), aBook([["0.5", "1000"]], [["0.51", "1000"]]));
      world.books.setTerms(marketNo(0), someTerms);
      const executor = world.start({ ...world.depsOf(), store: createExecutorStore(db, "PAPER"), wake: db.wake });
      const closed = async () =>
        (await world.query(sql`SELECT FROM orderflow_positions WHERE status = 'CLOSED'`)).length > 0;
      await world.until(() => executor.service.health().ready);
      await world.whaleBuys();
      await world.until(async () => (await world.query(sql`SELECT FROM orderflow_positions`)).length > 0);
      await world.resolve(0, [1n, 0n]);
      await world.until(closed);
      await world.close();
      expect(executor.outcome.error).toBeNull();
    });
  });
});
