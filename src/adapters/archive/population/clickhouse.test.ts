import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { archiveExpression, openClickhouseServer } from "./clickhouse.ts";

// What goes over the wire. What the engine makes of the queries: test/integration/clickhouse.test.ts.

let server: Server;
let url = "";
let asked: { query: string; settings: string | null; user: unknown; key: unknown; body: string }[] = [];
let answer = { status: 200, body: "" };
beforeEach(async () => {
  asked = [];
  answer = { status: 200, body: "" };
  server = createServer(async (request, response) => {
    const { searchParams } = new URL(request.url ?? "", "http://host");
    asked.push({
      ...{ query: searchParams.get("query") ?? "", settings: searchParams.get("join_use_nulls") },
      ...{ user: request.headers["x-clickhouse-user"], key: request.headers["x-clickhouse-key"] },
      body: await text(request),
    });
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://us%40er:pass%3Aword@127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => server.close());

test("asks with the credentials of the address and SQL's rules of NULL, and reads every value as text", async () => {
  answer = { status: 200, body: '{"a":"1","b":"ᴺᵁᴸᴸ"}\n' };
  expect(await openClickhouseServer(url).rows("SELECT 1")).toEqual([{ a: "1", b: null }]);
  const [request] = asked;
  expect(request).toMatchObject({ user: "us@er", key: "pass:word", settings: "1" });
  expect(request?.body).toBe("SELECT 1 FORMAT JSONStringsEachRow");
});

test("streams rows into a table", async () => {
  const pieces = async function* () {
    yield Buffer.from("1,2\n");
    yield Buffer.from("3,4\n");
  };
  await openClickhouseServer(url).insert("x.fill", pieces());
  expect(asked).toMatchObject([{ query: "INSERT INTO x.fill FORMAT CSV", body: "1,2\n3,4\n" }]);
});

test("says what it refuses, and where nobody answers, without the password", async () => {
  answer = { status: 404, body: "Code: 60. UNKNOWN_TABLE" };
  const { message } = (await openClickhouseServer(url)
    .run("SELECT")
    .catch((error: Error) => error)) as Error;
  expect(message).toContain("UNKNOWN_TABLE");
  server.close();
  server.closeAllConnections();
  const gone = (await openClickhouseServer(url)
    .run("SELECT")
    .catch((error: Error) => error)) as Error;
  expect(gone.message).toContain("does not answer: see POPULATION_URL");
  expect(gone.message).not.toContain("word");
});

test("puts the names of files where the setting has them", () => {
  const template = "s3('https://bucket/{files}', 'Parquet')";
  expect(archiveExpression(template, ["a.parquet"])).toBe("s3('https://bucket/a.parquet', 'Parquet')");
  expect(archiveExpression(template, ["a.parquet", "b.parquet"])).toBe(
    "s3('https://bucket/{a.parquet,b.parquet}', 'Parquet')",
  );
  expect(() => archiveExpression(null, ["a.parquet"])).toThrow(/POPULATION_ARCHIVE: 1 files/);
});
