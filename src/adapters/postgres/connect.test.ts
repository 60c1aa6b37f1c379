import { sql } from "kysely";
import { expect, test } from "vitest";
import { describeOnEachEngine } from "../../../test/support/engines.ts";
import { TransientError } from "../../core/errors.ts";
import { epochMs } from "../../core/time/time.ts";
import * as codec from "./codecs.ts";

const deferred = (): { promise: Promise<void>; resolve: () => void } => Promise.withResolvers<void>();

describeOnEachEngine("database", (getDb) => {
  test("a query from outside does not run inside an open transaction", async () => {
    const db = getDb();
    await sql`CREATE TABLE slip (n int)`.execute(db.kysely);
    const inside = deferred();
    const goOn = deferred();
    const failed = db.transaction(async (trx) => {
      await sql`INSERT INTO slip VALUES (1)`.execute(trx);
      inside.resolve();
      await goOn.promise;
      throw new Error("roll back");
    });
    await inside.promise;
    const outside = sql`INSERT INTO slip VALUES (2)`.execute(db.kysely);
    goOn.resolve();
    await expect(failed).rejects.toThrow("roll back");
    await outside;
    const { rows } = await sql`SELECT n FROM slip`.execute(db.kysely);
    expect(rows).toEqual([{ n: 2 }]);
  });

  test("values are read in the same form on every engine", async () => {
    const { rows } = await sql`SELECT 9007199254740993::int8 AS int8, 1.50::numeric AS num, '\\x00ff'::bytea AS bin,
      '2025-12-18T01:02:03.456Z'::timestamptz AS at, '2025-12-18'::date AS day, '{"a":[1]}'::jsonb AS doc, 7::int4 AS int4,
      3::int2 AS int2, 0.5::float8 AS float8, true AS bool, NULL::timestamptz AS nothing,
      ARRAY[1,NULL,3]::int8[] AS int8s, ARRAY['\\x00','\\xff']::bytea[] AS bins, ARRAY[1.5,2]::numeric[] AS nums,
      ARRAY[]::int8[] AS none, ARRAY['a,b','c"d']::text[] AS texts, ARRAY[1,2]::int4[] AS int4s`.execute(
      getDb().kysely,
    );
    expect(rows[0]).toEqual({
      int8: 9007199254740993n,
      num: "1.50",
      bin: "0x00ff",
      at: Date.UTC(2025, 11, 18, 1, 2, 3, 456),
      day: "2025-12-18",
      doc: { a: [1] },
      int4: 7,
      int2: 3,
      float8: 0.5,
      bool: true,
      nothing: null,
      int8s: [1n, null, 3n],
      bins: ["0x00", "0xff"],
      nums: ["1.5", "2"],
      none: [],
      texts: ["a,b", 'c"d'],
      int4s: [1, 2],
    });
  });

  test("what the parameter helpers write is read back", async () => {
    const at = epochMs(Date.UTC(2026, 0, 2, 3, 4, 5, 6));
    const texts = ['q"uote', "back\\slash", "com,ma", "", null, "NULL", "ta\tb"];
    const { rows } =
      await sql`SELECT ${codec.ts(at)} AS at, ${codec.tsOrNull(null)} AS never, ${codec.bytes("0xabcd")} AS bin,
      ${codec.json({ a: "x", n: 5n })} AS doc, ${codec.int8Array([1n, -2n])} AS int8s, ${codec.bytesArray(["0x01", null])} AS bins,
      ${codec.textArray(texts)} AS texts, ${codec.tsArray([at])} AS ats, ${codec.numericArray(["1.5"])} AS nums,
      ${codec.boolArray([true, false])} AS bools, ${codec.int4Array([])} AS none`.execute(getDb().kysely);
    expect(rows[0]).toEqual({
      at,
      never: null,
      bin: "0xabcd",
      doc: { a: "x", n: "5" },
      int8s: [1n, -2n],
      bins: ["0x01", null],
      texts,
      ats: [at],
      nums: ["1.5"],
      bools: [true, false],
      none: [],
    });
  });

  test("COPY takes part in the transaction", async () => {
    const db = getDb();
    await sql`CREATE TABLE copied (n int8, bin bytea, note text, at timestamptz, flag bool)`.execute(db.kysely);
    const note = "tab\t newline\n back\\slash \\N";
    const row = (n: bigint): string =>
      `${[n, codec.copyBytes("0x0aff"), codec.copyText(note), codec.copyTs(epochMs(5)), codec.copyBool(true)].join("\t")}\n`;
    const columns = ["n", "bin", "note", "at", "flag"];
    const rolledBack = db.transaction(async (trx) => {
      await db.copyInto(trx, "copied", columns, [row(1n)]);
      throw new Error("roll back");
    });
    await expect(rolledBack).rejects.toThrow("roll back");
    await db.transaction((trx) => db.copyInto(trx, "copied", columns, [row(2n), row(3n)]));
    const { rows } = await sql`SELECT * FROM copied ORDER BY n`.execute(db.kysely);
    const common = { bin: "0x0aff", note, at: 5, flag: true };
    expect(rows).toEqual([
      { n: 2n, ...common },
      { n: 3n, ...common },
    ]);
  });

  test("a COPY that the server refuses fails, and the connection stays usable", async () => {
    const db = getDb();
    await sql`CREATE TABLE strict (n int)`.execute(db.kysely);
    const refused = db.transaction((trx) => db.copyInto(trx, "strict", ["n"], ["no number\n"]));
    await expect(refused).rejects.toThrow(/invalid input syntax/);
    expect((await sql`SELECT 1 AS one`.execute(db.kysely)).rows).toEqual([{ one: 1 }]);
  });

  test("a COPY whose rows end in a failure, or that is refused while more of them come, writes none", async () => {
    const db = getDb();
    await sql`CREATE TABLE broken (n int)`.execute(db.kysely);
    function* rows(last: () => string): Generator<string> {
      // More than a socket holds at once.
      for (let piece = 0; piece < 10; piece += 1) yield "1\n".repeat(32_768);
      yield last();
    }
    const copied = (last: () => string) => db.transaction((trx) => db.copyInto(trx, "broken", ["n"], rows(last)));
    const failure = (): string => {
      throw new Error("no more rows");
    };
    await expect(copied(failure)).rejects.toThrow(/no more rows/);
    await expect(copied(() => `no number\n${"1\n".repeat(300_000)}`)).rejects.toThrow(/invalid input syntax/);
    expect((await sql`SELECT count(*)::int AS n FROM broken`.execute(db.kysely)).rows).toEqual([{ n: 0 }]);
  });

  test("a lock is held once and can be taken again when released", async () => {
    const db = getDb();
    const release = await db.tryLock(42n);
    expect(release).not.toBeNull();
    expect(await db.tryLock(42n)).toBeNull();
    const other = await db.tryLock(43n);
    expect(other).not.toBeNull();
    await other?.();
    await release?.();
    const again = await db.tryLock(42n);
    expect(again).not.toBeNull();
    await again?.();
  });

  test("a hint reaches a listener, and not after it stopped listening", async () => {
    const { wake, transaction } = getDb();
    const first = deferred();
    let hints = 0;
    const stop = await wake.listen("orderflow_scores", () => {
      hints += 1;
      first.resolve();
    });
    await wake.notify("orderflow_scores");
    await first.promise;
    await stop();
    const last = deferred();
    await wake.listen("orderflow_scores", last.resolve);
    await wake.notify("orderflow_scores");
    await last.promise;
    expect(hints).toBe(1);
    expect(await transaction(async () => "done")).toBe("done");
  });

  test("a transaction that loses to another is run again", async () => {
    let runs = 0;
    const result = await getDb().transaction(async (trx) => {
      runs += 1;
      if (runs < 3) await sql`DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$`.execute(trx);
      return runs;
    });
    expect(result).toBe(3);
  });

  test("a transaction that always loses fails as transient, and our own mistakes are not retried", async () => {
    let runs = 0;
    const conflict = getDb().transaction(async (trx) => {
      runs += 1;
      await sql`DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40P01'; END $$`.execute(trx);
    });
    await expect(conflict).rejects.toThrow(TransientError);
    expect(runs).toBe(5);
    runs = 0;
    const mistake = getDb().transaction(async (trx) => {
      runs += 1;
      await sql`SELECT no_such_column`.execute(trx);
    });
    await expect(mistake).rejects.toThrow(/no_such_column/);
    expect(runs).toBe(1);
  });
});
