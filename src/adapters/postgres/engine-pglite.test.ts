import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, describe, expect, test } from "vitest";
import { putTemplate } from "../../../test/support/pglite-template.ts";
import { ConfigError, TransientError } from "../../core/errors.ts";
import { openDatabase } from "./connect.ts";

const folder = mkdtempSync(join(tmpdir(), "orderflow-data-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the embedded engine on disk", () => {
  test("keeps what was committed, and refuses a second opener", async () => {
    await putTemplate(folder, "blank");
    const db = await openDatabase({ folder });
    await sql`CREATE TABLE kept (n int)`.execute(db.kysely);
    await db.transaction(async (trx) => void (await sql`INSERT INTO kept VALUES (1)`.execute(trx)));
    await expect(openDatabase({ folder })).rejects.toThrow(ConfigError);
    await db.close();
    const again = await openDatabase({ folder });
    expect((await sql`SELECT n FROM kept`.execute(again.kysely)).rows).toEqual([{ n: 1 }]);
    await again.close();
  });

  test("files that are not whole are refused in a sentence, and nothing is made over them", async () => {
    const torn = join(folder, "torn");
    mkdirSync(join(torn, "pglite"), { recursive: true });
    writeFileSync(join(torn, "pglite", "left"), "");
    await expect(openDatabase({ folder: torn })).rejects.toThrow("cannot be opened (PG_VERSION is missing)");
    expect(readdirSync(torn, { recursive: true }).sort()).toEqual(["pglite", "pglite/left"]);
    writeFileSync(join(torn, "pglite", "PG_VERSION"), "18\n");
    await expect(openDatabase({ folder: torn })).rejects.toThrow(ConfigError);
  });

  test("a query that never gets its turn fails instead of waiting for ever", async () => {
    const db = await openDatabase({ folder }, { maxWaitMs: 30 });
    const stuck = db.transaction(async () => {
      await expect(sql`SELECT 1`.execute(db.kysely)).rejects.toThrow(TransientError);
    });
    await stuck;
    expect((await sql`SELECT 1 AS one`.execute(db.kysely)).rows).toEqual([{ one: 1 }]);
    await db.close();
  });
});
