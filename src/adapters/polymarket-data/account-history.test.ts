import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { walletNo } from "../../../test/support/chain-facts.ts";
import { createManualClock, type ManualClock } from "../../../test/support/manual-clock.ts";
import { hash32 } from "../../../test/support/sample-logs.ts";
import { USDC_E } from "../../core/chain/contracts.ts";
import { tokenIdOf } from "../../core/chain/token-ids.ts";
import { ProviderInconsistencyError, RejectedError } from "../../core/errors.ts";
import type { MarketId } from "../../core/ids/ids.ts";
import { epochMs, SECOND_MS } from "../../core/time/time.ts";
import type { AccountHistory } from "../../ports/account-history.ts";
import { createAccountHistory } from "./account-history.ts";
import { createDataClient, USER_AGENT } from "./data-client.ts";

type Answer = { status?: number; body: unknown; headers?: Record<string, string> };
type Asked = { url: URL; agent: string | undefined };

/** Time is moved by hand here, which would make a slow answer a late one. */
const NEVER_MS = 1e9;
let server: Server | null = null;
const never = new AbortController().signal;
const SAMPLES = join(import.meta.dirname, "../../../../shared/samples");
const withSamples = test.skipIf(!existsSync(SAMPLES));
if (!existsSync(SAMPLES)) console.log("account-history: some tests skipped, ../shared/samples is missing");
const sample = (name: string): { data: unknown[]; pagination: unknown } =>
  JSON.parse(readFileSync(join(SAMPLES, `${name}.json`), "utf8"));

async function serve(
  answer: (url: URL, count: number) => Answer,
): Promise<{ history: AccountHistory; asked: Asked[]; clock: ManualClock }> {
  const asked: Asked[] = [];
  const listening = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://data");
    asked.push({ url, agent: request.headers["user-agent"] });
    const { status = 200, body, headers } = answer(url, asked.length);
    response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  const clock = createManualClock(epochMs(1_790_000_000_000));
  return {
    history: createAccountHistory(createDataClient({ baseUrl, clock, random: () => 0, timeoutMs: NEVER_MS })),
    asked,
    clock,
  };
}

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
});

const market = hash32("market") as MarketId;
const base = {
  ...{ proxy_wallet: walletNo(1), timestamp: 100, condition_id: market, type: "TRADE", size: 10, usdc_size: 4.1 },
  ...{ transaction_hash: hash32("tx"), price: 0.4, token_id: tokenIdOf(USDC_E, market, 1), side: "BUY" },
  ...{ outcome_index: 999, event_slug: "" },
};
const page = (data: readonly unknown[], next: string | null = null) => ({
  body: { data, pagination: { limit: 1000, offset: 0, has_more: next !== null, next_cursor: next } },
});

describe("activity", () => {
  withSamples(
    "of the recorded page: 999 is found out from the token, and the fee is part of what was paid",
    async () => {
      const { data } = sample("data_v2_activity");
      const { history } = await serve(() => page([...data].reverse()));
      const { events } = await history.activity(walletNo(1), epochMs(0), 10, never);
      const [second, first] = events;
      expect(first).toMatchObject({ kind: "BUY", shares: 22_840_000n, cash: 12_161_840n });
      expect([0, 1]).toContain(first?.outcome);
      expect(second).toMatchObject({ outcome: 1, shares: 7_440_000n, cash: 6_729_480n });
    },
  );

  test("asks for the oldest first from `since`, under an own name, and never the same address twice", async () => {
    const { history, asked } = await serve(() => page([]));
    await history.activity(walletNo(1), epochMs(5_500), 10, never);
    await history.activity(walletNo(1), epochMs(5_500), 10, never);
    expect(asked.map(({ agent }) => agent)).toEqual([USER_AGENT, USER_AGENT]);
    expect(asked[0]?.url.pathname).toBe("/v2/activity");
    const { user, start, sort_direction, limit } = Object.fromEntries(asked[0]?.url.searchParams ?? []);
    expect({ user, start, sort_direction, limit }).toEqual({
      ...{ user: walletNo(1), start: "5", sort_direction: "ASC", limit: "1000" },
    });
    expect(new Set(asked.map(({ url }) => url.searchParams.get("_"))).size).toBe(2);
  });

  test("leaves out combos and rebates, and keeps redemptions without a token", async () => {
    const rows = [
      { ...base, condition_id: `0x03${"ab".repeat(30)}`, token_id: "5" },
      { ...base, is_combo: true },
      { ...base, type: "MAKER_REBATE", condition_id: "", token_id: "", side: "" },
      { ...base, type: "REDEEM", token_id: "", side: "", size: 10, usdc_size: 10, price: 0 },
    ];
    const { history } = await serve(() => page(rows));
    const { events, rows: count } = await history.activity(walletNo(1), epochMs(0), 10, never);
    expect(count).toBe(4);
    expect(events.map(({ kind, tokenId, outcome }) => ({ kind, tokenId, outcome }))).toEqual([
      { kind: "REDEEM", tokenId: null, outcome: null },
    ]);
  });

  test("of a SELL is what came in, whether the fee was taken off or added", async () => {
    const sell = { ...base, side: "SELL", size: 10, price: 0.4 };
    const { history } = await serve(() =>
      page([
        { ...sell, usdc_size: 3.9 },
        { ...sell, usdc_size: 4.1 },
      ]),
    );
    const { events } = await history.activity(walletNo(1), epochMs(0), 10, never);
    expect(events.map(({ cash }) => cash)).toEqual([3_900_000n, 3_900_000n]);
  });

  test("sends the filters with every page, and says when there was more than it may read", async () => {
    const { history, asked } = await serve((_, count) => page([{ ...base, timestamp: count }], `next${count}`));
    const answer = await history.activity(walletNo(1), epochMs(0), 3, never);
    expect(answer).toMatchObject({ rows: 3, isTruncated: true });
    expect(asked.map(({ url }) => url.searchParams.get("cursor"))).toEqual([null, "next1", "next2"]);
    expect(asked.every(({ url }) => url.searchParams.get("user") === walletNo(1))).toBe(true);
  });
});

describe("pages", () => {
  const rowsFrom = (from: number) => [0, 1, 2].map((step) => ({ ...base, timestamp: from + step }));
  const walk = async (pages: readonly (readonly unknown[])[]) => {
    const { history } = await serve((_, count) =>
      page(pages[count - 1] ?? [], count < pages.length ? `next${count}` : null),
    );
    return history.activity(walletNo(1), epochMs(0), 100, never);
  };

  test("that repeat rows already seen are an error with a name, not data", async () => {
    const error = await walk([rowsFrom(1), rowsFrom(4), rowsFrom(4)]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderInconsistencyError);
    expect(error).toMatchObject({ code: "DATA_PAGE_REPEATED", context: { path: "/v2/activity", repeated: 3 } });
  });

  test("that overlap are one as well", async () => {
    await expect(walk([rowsFrom(1), rowsFrom(2)])).rejects.toMatchObject({ code: "DATA_PAGE_REPEATED" });
  });

  test("that go back in time are one too", async () => {
    await expect(walk([rowsFrom(10), rowsFrom(4)])).rejects.toMatchObject({ code: "DATA_PAGES_UNORDERED" });
  });

  test("may end between two equal fills of one transaction", async () => {
    const { rows } = await walk([rowsFrom(1), [...rowsFrom(3).slice(0, 1), ...rowsFrom(4)]]);
    expect(rows).toBe(7);
  });

  const activityOf = async (answer: Parameters<typeof serve>[0]) =>
    (await serve(answer)).history.activity(walletNo(1), epochMs(0), 100, never);

  test.each([null, undefined, ""])("without a way to the rest (%j) are an error", async (next_cursor) => {
    const walked = activityOf(() => ({ body: { data: rowsFrom(1), pagination: { has_more: true, next_cursor } } }));
    await expect(walked).rejects.toMatchObject({ code: "DATA_CURSOR_LOST" });
  });

  test("whose cursor leads to itself are an error, not an endless walk", async () => {
    const walked = activityOf((_, count) => page(rowsFrom(3 * count), "again"));
    await expect(walked).rejects.toMatchObject({ code: "DATA_CURSOR_LOST" });
  });

  test("whose cursors lead in a circle are one too", async () => {
    const walked = activityOf((url) => {
      const isFirst = url.searchParams.get("cursor") !== "b";
      return page(rowsFrom(isFirst ? 1 : 4), isFirst ? "b" : "a");
    });
    await expect(walked).rejects.toBeInstanceOf(ProviderInconsistencyError);
  });

  test("whose cursor was cut off are refused by the server, and are no history", async () => {
    const walked = activityOf((url) =>
      url.searchParams.has("cursor") ? { status: 400, body: { error: "invalid cursor" } } : page(rowsFrom(1), "eyJk"),
    );
    await expect(walked).rejects.toThrow(RejectedError);
  });

  test("of positions that moved between two pages count once", async () => {
    const held = (token: number) => ({
      ...{ token_id: String(token), condition_id: market, current_size: 1, total_size: 1, realized_pnl: 0 },
      ...{ total_pnl: 0, status: "OPEN", outcome_index: 0 },
    });
    const { history } = await serve((url) => {
      if (url.searchParams.get("status") === "CLOSED") return page([]);
      return url.searchParams.has("cursor") ? page([held(2), held(3)]) : page([held(1), held(2)], "next");
    });
    const { positions } = await history.positions(walletNo(1), epochMs(0), 100, never);
    expect(positions.map(({ tokenId }) => tokenId)).toEqual(["1", "2", "3"]);
  });
});

describe("the other endpoints", () => {
  withSamples("positions come from both books, and a token that stands in both counts once", async () => {
    const { data } = sample("data_v2_positions");
    const { history, asked } = await serve(() => page(data));
    const { positions } = await history.positions(walletNo(1), epochMs(9_000), 10, never);
    expect(asked.map(({ url }) => url.searchParams.get("status"))).toEqual(["OPEN", "CLOSED"]);
    expect(asked[1]?.url.searchParams.get("start")).toBe("9");
    expect(positions).toEqual([
      expect.objectContaining({ outcome: 1, totalShares: 28_090_000n, totalPnl: 1_264_000n, status: "OPEN" }),
    ]);
  });

  withSamples("resolutions go twenty to a request, and only final ones are one", async () => {
    const { data } = sample("data_v2_resolutions");
    const pending = { condition_id: market, status: "disputed", was_disputed: true };
    const { history, asked } = await serve((_, count) => ({ body: { data: count === 1 ? data : [pending] } }));
    const found = await history.resolutions(
      Array.from({ length: 21 }, (_, i) => hash32(`m${i}`) as MarketId),
      never,
    );
    expect(asked.map(({ url }) => url.searchParams.get("condition")?.split(",").length)).toEqual([20, 1]);
    expect([...found.values()]).toEqual([
      { at: Date.parse("2026-09-09T21:19:19Z"), payoutNumerators: [1_000_000n, 0n] },
    ]);
  });

  withSamples("the tape has makers too, and the leaderboard's wallets come once", async () => {
    const { history, asked } = await serve((url) =>
      page(sample(url.pathname === "/v2/trades" ? "data_v2_trades" : "data_v2_leaderboard").data),
    );
    const tape = await history.tape(2, 100, never);
    expect(tape.map(({ cash }) => cash)).toEqual([11_876_800n, 10_000n]);
    expect(asked[0]?.url.searchParams.get("taker_only")).toBe("false");
    expect(asked[0]?.url.searchParams.get("filter_amount")).toBe("100");
    expect(await history.leaders("week", "PNL", 5, never)).toEqual(["0x51698a47f840a242abc2ca0351371c7ffac41842"]);
  });

  test("a point of P&L that the venue does not know is not zero", async () => {
    const points = [
      { timestamp: 3600, position_pnl: -1.5 },
      { timestamp: 7200, position_pnl: null },
    ];
    const { history } = await serve(() => ({ body: { data: { points } } }));
    expect(await history.pnlSeries(walletNo(1), "month", never)).toEqual([
      { at: 3_600_000, positionPnl: -1_500_000n },
      { at: 7_200_000, positionPnl: null },
    ]);
  });
});

describe("a server that does not want", () => {
  const rows = async (history: AccountHistory) => (await history.activity(walletNo(1), epochMs(0), 10, never)).rows;

  /** Lets the clock run until the answer is there. */
  async function settle<T>(answer: Promise<T>, clock: ManualClock): Promise<T> {
    let isOver = false;
    const watched = answer.finally(() => {
      isOver = true;
    });
    watched.catch(() => {});
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(SECOND_MS);
    }
    return watched;
  }

  test("is asked again after the pause that it names, and not before", async () => {
    const { history, asked, clock } = await serve((_, count) =>
      count === 1 ? { status: 429, headers: { "retry-after": "7" }, body: {} } : page([]),
    );
    const answer = rows(history);
    // The timeout's sleeper comes and goes with each request; the pause is the one that stays.
    while (asked.length < 1 || clock.sleeping() !== 1) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(6_900);
    expect(asked.length).toBe(1);
    await clock.advance(200);
    expect(await answer).toBe(0);
    expect(history.use()).toEqual({ requests: 2, retries: 1 });
  });

  test.each([
    ["500", { status: 500, body: { error: "oops" } }],
    ["a page at 503", { status: 503, body: "<html>down</html>" }],
    ["Cloudflare's page at 403", { status: 403, body: "<!DOCTYPE html><html>blocked</html>" }],
    ["a page at 200", { status: 200, body: "\n<html>one moment</html>" }],
    ["half an answer", { status: 200, body: '{"data":[{"proxy_wal' }],
    ["an old answer from a cache", { ...page([base]), headers: { age: "124" } }],
  ])("is asked again after %s", async (_, bad) => {
    const { history, asked, clock } = await serve((_url, count) => (count < 3 ? bad : page([])));
    expect(await settle(rows(history), clock)).toBe(0);
    expect(asked.length).toBe(3);
    expect(new Set(asked.map(({ url }) => url.searchParams.get("_"))).size).toBe(3);
  });

  test("for good is somebody else's trouble, not the account's", async () => {
    const { history, asked, clock } = await serve(() => ({ status: 403, body: "<html>blocked</html>" }));
    await expect(settle(rows(history), clock)).rejects.toMatchObject({ code: "DATA_API_BLOCKED" });
    expect(asked.length).toBe(5);
  });

  test("is not asked again after a no", async () => {
    const { history, asked } = await serve(() => ({ status: 400, body: { error: "user is a protocol contract" } }));
    await expect(history.positions(walletNo(1), epochMs(0), 10, never)).rejects.toThrow(RejectedError);
    expect(asked.length).toBe(1);
  });

  test.each([
    ["a row of another kind", page([{ ...base, size: "many" }])],
    ["no page", { body: [] }],
    ["a side that is none", page([{ ...base, side: "HOLD" }])],
    ["an amount beyond reason", page([{ ...base, usdc_size: 1e12 }])],
  ])("is not believed with %s", async (_, answer) => {
    const { history } = await serve(() => answer);
    await expect(rows(history)).rejects.toMatchObject({ code: "DATA_API_MALFORMED" });
  });
});

withSamples("recorded trades, leaders, positions and resolutions are understood, every row", async () => {
  const { history } = await serve((url) => page(sample(`data_v2_${url.pathname.slice("/v2/".length)}`).data));
  expect((await history.tape(10, 0, never)).length).toBe(sample("data_v2_trades").data.length);
  expect((await history.leaders("day", "VOLUME", 10, never)).length).toBe(sample("data_v2_leaderboard").data.length);
  expect((await history.positions(walletNo(1), epochMs(0), 10, never)).positions).toEqual([
    expect.objectContaining({ entryCost: 18_820_200n, price: 715_000n, realisedPnl: 0n, totalPnl: 1_264_000n }),
  ]);
  expect((await history.resolutions([market], never)).size).toBeGreaterThan(0);
});
