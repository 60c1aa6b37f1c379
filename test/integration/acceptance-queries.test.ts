import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CompiledQuery } from "kysely";
import { beforeAll, describe, expect, test } from "vitest";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { aFill, aMarketInfo, aRecord, blockTime, preparedMarket, resolved, tokenNo } from "../support/chain-facts.ts";
import { describeOnEachEngine } from "../support/engines.ts";

const shared = join(import.meta.dirname, "../../../shared");
const queriesFile = join(shared, "acceptance/queries.sql");
const schemaFile = join(shared, "spec/schema.md");

/** The statements of the users' file, comments taken out. */
const statements = (): string[] =>
  readFileSync(queriesFile, "utf8")
    .replace(/--.*$/gm, "")
    .split(";")
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");

/** Relation → columns that must exist, from the contract's table. */
const contract = (): [string, string[]][] =>
  [...readFileSync(schemaFile, "utf8").matchAll(/^\| `(orderflow_\w+)` \| (?!view)[^|]+ \| ([^|]+) \|$/gm)].map(
    ([, relation = "", columns = ""]): [string, string[]] => [
      relation,
      columns
        .replace(/\([^)]*\)/g, "")
        .split(",")
        .map((column) => column.trim()),
    ],
  );

/** Names a statement selects, where it lists them: the last word of each item. */
function selected(statement: string): string[] {
  const list = /^SELECT\s+(.*?)\s+FROM\s/is.exec(statement)?.[1] ?? "*";
  if (list === "*") return [];
  return list
    .replace(/\([^()]*(\([^()]*\)[^()]*)*\)/g, "()")
    .split(",")
    .map((item) => /(\w+)(\(\))?$/.exec(item.trim())?.[1]?.toLowerCase() ?? "");
}

if (!existsSync(queriesFile)) {
  test.skip(`the users' queries are not here (${queriesFile})`, () => {});
} else {
  describeOnEachEngine("the users' queries", (getDb) => {
    beforeAll(async () => {
      const store = createChainStore(getDb());
      const fills = [1, 2, 3].map((blockNumber) => aFill({ blockNumber, tokenId: tokenNo(blockNumber % 2) }));
      const markets = [preparedMarket(0, 1)];
      await store.extend(aRecord(1, 3, { fills, markets, resolutions: [resolved(0, [1n, 0n], 3)] }));
      await store.saveMarketInfo([aMarketInfo(0)], blockTime(3));
    });

    // Fields rather than rows: an empty table answers with its columns all the same.
    const columnsOf = async (statement: string): Promise<string[]> => {
      const name = `columns_${columns}`;
      columns += 1;
      await getDb().kysely.executeQuery(CompiledQuery.raw(`CREATE VIEW ${name} AS ${statement}`));
      const { rows } = await getDb().kysely.executeQuery<{ column_name: string }>(
        CompiledQuery.raw(`SELECT column_name FROM information_schema.columns WHERE table_name = '${name}'`),
      );
      return rows.map(({ column_name }) => column_name);
    };
    let columns = 0;

    test.each(statements())("%s", async (statement) => {
      await getDb().kysely.executeQuery(CompiledQuery.raw(statement));
      expect(await columnsOf(statement)).toEqual(expect.arrayContaining(selected(statement)));
    });

    test("the first statement lists every relation of the contract", async () => {
      const [first = ""] = statements();
      const { rows } = await getDb().kysely.executeQuery<{ table_name: string }>(CompiledQuery.raw(first));
      expect(rows.map(({ table_name }) => table_name)).toEqual(
        expect.arrayContaining([
          ...contract().map(([relation]) => relation),
          "orderflow_top_wallets",
          "orderflow_hot_signals",
        ]),
      );
    });

    test("fills show in the newest-first list", async () => {
      const newest = statements().find((statement) => /ORDER BY timestamp DESC/.test(statement)) ?? "";
      const { rows } = await getDb().kysely.executeQuery<{ block_number: number }>(CompiledQuery.raw(newest));
      expect(rows.map(({ block_number }) => block_number)).toEqual([3, 2, 1]);
    });

    describe.skipIf(!existsSync(schemaFile))("columns of the contract", () => {
      test.each(existsSync(schemaFile) ? contract() : [])("%s", async (relation, wanted) => {
        expect(await columnsOf(`SELECT * FROM ${relation}`)).toEqual(expect.arrayContaining(wanted));
      });
    });
  });
}
