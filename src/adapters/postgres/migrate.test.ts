import { sql } from "kysely";
import { expect, test } from "vitest";
import { describeOnEachEngine } from "../../../test/support/engines.ts";
import { ConfigError } from "../../core/errors.ts";
import { type Migration, migrate, migrations } from "./migrate.ts";

describeOnEachEngine("migrate", (getDb) => {
  const extra: Migration = {
    name: "9998_extra",
    sql: "CREATE TABLE flow.extra (n int); INSERT INTO flow.extra VALUES (1);",
  };

  test("services that start together apply a migration once", async () => {
    const runs = await Promise.all([1, 2, 3].map(() => migrate(getDb(), [...migrations, extra])));
    expect(runs.flat()).toEqual(["9998_extra"]);
    expect((await sql`SELECT n FROM flow.extra`.execute(getDb().kysely)).rows).toEqual([{ n: 1 }]);
  });

  test("a migration that fails leaves nothing behind", async () => {
    const broken: Migration = { name: "9999_broken", sql: "CREATE TABLE flow.broken (n int); SELECT no_such_column;" };
    await expect(migrate(getDb(), [...migrations, extra, broken])).rejects.toThrow(/no_such_column/);
    expect((await sql`SELECT to_regclass('flow.broken') AS found`.execute(getDb().kysely)).rows).toEqual([
      { found: null },
    ]);
  });

  test("an applied migration that was edited since is refused", async () => {
    const edited = { ...extra, sql: `${extra.sql} -- edited` };
    await expect(migrate(getDb(), [...migrations, edited])).rejects.toThrow(/9998_extra was edited/);
  });

  test("a database from a newer version is refused", async () => {
    await expect(migrate(getDb(), migrations)).rejects.toThrow(ConfigError);
    await expect(migrate(getDb(), migrations)).rejects.toThrow(/9998_extra.*does not know and must not write to/);
  });
});
