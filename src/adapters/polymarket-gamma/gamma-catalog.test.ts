import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { hash32 } from "../../../test/support/sample-logs.ts";
import { PayloadError, RejectedError, TransientError } from "../../core/errors.ts";
import { type MarketId, parseTokenId } from "../../core/ids/ids.ts";
import type { MarketCatalog } from "../../ports/market-catalog.ts";
import { createGammaCatalog } from "./gamma-catalog.ts";
import { createGammaClient } from "./gamma-client.ts";

type Answer = { status?: number; body: unknown; headers?: Record<string, string> };

let server: Server | null = null;
const never = new AbortController().signal;
const marketId = (name: string): MarketId => hash32(name) as MarketId;
const row = (name: string, closed = false) => ({
  conditionId: marketId(name),
  question: name,
  outcomes: '["Yes","No"]',
  version: "v2",
  positionIds: ["1", "2"],
  closed,
});

/** Gamma as far as the test says; the clock stands still, so a retry that waits would hang: attempts are one. */
async function serve(answer: (url: URL) => Answer): Promise<{ catalog: MarketCatalog; asked: URL[] }> {
  const asked: URL[] = [];
  const listening = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://gamma");
    asked.push(url);
    const { status = 200, body, headers } = answer(url);
    response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(listening.address() as AddressInfo).port}/`;
  const client = createGammaClient({ baseUrl, clock: createManualClock(), random: () => 0, attemptsMax: 1 });
  return { catalog: createGammaCatalog(client), asked };
}

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
});

describe("the catalog", () => {
  test("asks for closed markets as well, because Gamma leaves them out by itself", async () => {
    const { catalog } = await serve((url) => ({
      body: { markets: [url.searchParams.get("closed") === "true" ? row("old", true) : row("new")] },
    }));
    const { infos } = await catalog.byMarket([marketId("old"), marketId("new")], never);
    expect(infos.map(({ title }) => title).sort()).toEqual(["new", "old"]);
  });

  test("repeats the parameter for each id, and never puts more ids into a URL than fit", async () => {
    const { catalog, asked } = await serve(() => ({ body: [] }));
    const tokens = Array.from({ length: 100 }, (_, index) => parseTokenId(String(10n ** 77n + BigInt(index))));
    await catalog.byToken(tokens, never);
    const open = asked.filter((url) => url.searchParams.get("closed") === "false");
    expect(open.flatMap((url) => url.searchParams.getAll("clob_token_ids"))).toEqual(tokens);
    expect(Math.max(...asked.map((url) => url.search.length))).toBeLessThan(8_000);
  });

  test("follows pages to the end", async () => {
    const pages = [["a", "b"], ["c"]];
    const { catalog } = await serve((url) => {
      if (url.searchParams.get("closed") === "true") return { body: { markets: [] } };
      const page = Number(url.searchParams.get("after_cursor") ?? 0);
      const next = page + 1 < pages.length ? { next_cursor: String(page + 1) } : {};
      return { body: { markets: (pages[page] ?? []).map((name) => row(name)), ...next } };
    });
    expect((await catalog.byMarket([marketId("a")], never)).infos.map(({ title }) => title)).toEqual(["a", "b", "c"]);
  });

  test("uses the older endpoint where the newer one is missing", async () => {
    const { catalog, asked } = await serve((url) =>
      url.pathname === "/markets/keyset" ? { status: 404, body: {} } : { body: [row("a")] },
    );
    await catalog.byMarket([marketId("a")], never);
    asked.length = 0;
    expect((await catalog.byMarket([marketId("a")], never)).infos).toHaveLength(1);
    expect(asked.map((url) => url.pathname)).toEqual(["/markets", "/markets"]);
  });

  test("counts rows that cannot be read, and keeps the others", async () => {
    const { catalog } = await serve(() => ({ body: [row("a"), { ...row("b"), outcomes: "[]" }, 7] }));
    const { infos, unreadable } = await catalog.byMarket([marketId("a")], never);
    expect(infos.map(({ title }) => title)).toEqual(["a"]);
    expect(unreadable.map(({ id }) => id)).toEqual([marketId("b"), "unknown", marketId("b"), "unknown"]);
  });
});

describe("an answer that is none", () => {
  test.each([
    ["an error of the server", { status: 502, body: "" }, TransientError],
    ["too many requests", { status: 429, body: "", headers: { "retry-after": "3" } }, TransientError],
    ["a question that it refuses", { status: 422, body: "{}" }, RejectedError],
    ["no JSON", { body: "<html>" }, PayloadError],
    ["no list", { body: { rows: [] } }, PayloadError],
  ])("%s", async (_what, answer, kind) => {
    const { catalog } = await serve(() => answer);
    await expect(catalog.byMarket([marketId("a")], never)).rejects.toThrow(kind);
  });

  test("stopping ends the question", async () => {
    const { catalog } = await serve(() => ({ body: [] }));
    const stop = new AbortController();
    stop.abort();
    await expect(catalog.byMarket([marketId("a")], stop.signal)).rejects.toMatchObject({ code: "ABORTED" });
  });
});
