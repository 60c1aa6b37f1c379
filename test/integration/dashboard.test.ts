import { z } from "@hono/zod-openapi";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cardOf } from "../../src/adapters/model/model-file.ts";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import { createReadSide } from "../../src/adapters/postgres/read-side/read-side.ts";
import { createReportStore } from "../../src/adapters/postgres/report-store.ts";
import { createSweepStore } from "../../src/adapters/postgres/sweep-store.ts";
import { createVariantStore } from "../../src/adapters/postgres/variant-store.ts";
import { addMs, epochMs } from "../../src/core/time/time.ts";
import type { ReadSide } from "../../src/ports/read-side.ts";
import { runOptions } from "../support/backtest-options.ts";
import * as facts from "../support/chain-facts.ts";
import { openStream, openTestDashboard, type StreamedEvent, type TestDashboard } from "../support/dashboard.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createExecutorWorld, type ExecutorWorld } from "../support/executor-world.ts";
import { $ } from "../support/trading.ts";

const HOSTILE = '=HYPERLINK("http://evil.example")<script>alert(1)</script>';
/** Lets the feed's time go on until the answer is there. */
async function whileFeedRuns<T>({ wall }: TestDashboard, answer: Promise<T>): Promise<T> {
  let isThere = false;
  const settled = answer.finally(() => {
    isThere = true;
  });
  while (!isThere) {
    if (wall.sleeping() > 0) await wall.advance(250);
    await turn();
  }
  return settled;
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type Rows = { readonly rows: readonly Record<string, unknown>[]; readonly next: string | null };

type OpenApi = {
  readonly paths: Readonly<Record<string, { readonly get?: { readonly responses: Responses } }>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
};
type Responses = Readonly<
  Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> } | undefined>
>;

/** What the document promises of the path as JSON; null: nothing. */
function answerOf({ paths, components }: OpenApi, path: string): z.ZodType | null {
  const schema = paths[path]?.get?.responses["200"]?.content?.["application/json"]?.schema;
  if (schema === undefined) return null;
  const whole = JSON.stringify({ ...schema, $defs: components.schemas });
  return z.fromJSONSchema(JSON.parse(whole.replaceAll("#/components/schemas/", "#/$defs/")) as never);
}

/** One of each kind of report. */
async function keepResearch(db: Database): Promise<void> {
  const [from, to] = [epochMs(Date.UTC(2026, 0, 1)), epochMs(Date.UTC(2026, 1, 1))];
  const [reports, variants, sweeps] = [createReportStore(db), createVariantStore(db), createSweepStore(db)];
  const options = runOptions(from, to);
  const tried = { from, to, parameters: '{"sizing": "classic"}', verdict: "cannot tell", edgePerShare: 0.01 };
  for (const hash of ["a1", "of-sweep"]) await variants.record({ ...tried, hash, triedAt: addMs(to, 1) });
  const page = "<!doctype html><h1>Backtest</h1>";
  const made = { from, to, page, madeAt: addMs(to, 2) };
  const unmeasured = { sharpe_ratio: null, profit_factor: null, edge_low: null, edge_high: null };
  const figures = { ...unmeasured, net_usd: 5, total_return: 0.05, max_drawdown: 0.1, win_rate: 0.5, trades: 7 };
  await reports.keep({ ...made, kind: "backtest", id: "a1", title: "Backtest", figures: { ...figures, fees_usd: 0 } });
  const counted = { topic: "volume", category: null, fills: 3, is_partial: false };
  await reports.keep({ ...made, kind: "research", id: "t1", title: HOSTILE, figures: counted });
  const span = { fromBlock: 1, toBlock: 9 };
  await sweeps.begin(
    {
      id: "s1",
      plan: {
        ...{ grid: { minPrice: [null, 0.1] }, from, to, objective: "profit", seed: 1, windows: null, data: "d" },
        coverage: { span, missing: [], fills: 5, firstAt: from, lastAt: null },
      },
      variants: [
        { hash: "of-sweep", point: { minPrice: null }, options },
        { hash: "waiting", point: { minPrice: 0.1 }, options },
      ],
    },
    to,
  );
  await sweeps.save("s1", "of-sweep", { profits: [] } as never, addMs(to, 3));
  const card = cardOf({
    ...{ featuresVersion: 1, scoreVersion: 1, from, to, examples: 9, events: 2, minTradeUsd: $("1"), folds: 5 },
    ...{ embargoMs: 6e6, penalty: null, seed: 1, trust: 0.3, metrics: null, intercept: 0.1 },
    coefficients: [{ name: "price", mean: 0, scale: 1, weight: -0.5 }],
  });
  await reports.keepModel({ hash: "m1", card: JSON.stringify(card), trainedAt: to });
}

/** A read side that counts how often it is asked. */
function counting(reads: ReadSide) {
  const asked: string[] = [];
  const watched = Object.fromEntries(
    Object.entries(reads).map(([name, ask]) => [
      name,
      (...args: readonly unknown[]) => {
        asked.push(name);
        return (ask as (...given: readonly unknown[]) => unknown)(...args);
      },
    ]),
  );
  return { asked, reads: watched as unknown as ReadSide };
}

describeOnEachEngine("the dashboard's API", (getDb) => {
  let world: ExecutorWorld;
  let dashboard: TestDashboard;
  let token = "";
  beforeAll(async () => {
    world = await createExecutorWorld(getDb());
    await world.chain.saveMarketInfo([facts.aMarketInfo(1, { title: HOSTILE })], world.clock.nowMs());
    await sql`UPDATE flow.wallet_score SET trader_tier = 'WHALE'`.execute(getDb().kysely);
    world.offer(0, "0.5", "0.51");
    world.offer(1, "0.5", "0.51");
    const executor = world.start();
    await world.until(() => executor.service.health().ready);
    await world.whaleBuys();
    await world.whaleBuys({ tokenId: facts.tokenNo(2), logIndex: 1 });
    await world.until(async () => (await world.query(sql`SELECT 1 FROM flow.position`)).length === 2);
    for (const wallet of [2, 3, 4]) await world.whaleBuys({ wallet: facts.walletNo(wallet) });
    await keepResearch(getDb());
    dashboard = await openTestDashboard(getDb(), world.clock);
    token = String((await dashboard.json("/session")).csrf_token);
  });
  afterAll(async () => {
    await dashboard?.close();
    await world?.close();
  });

  const rowsOf = async (path: string): Promise<Rows> => (await dashboard.json(path)) as unknown as Rows;

  test("every GET of the OpenAPI document answers, with rows where there are some", async () => {
    const document = (await dashboard.json("/openapi.json")) as OpenApi;
    const { paths } = document;
    const [signal] = (await rowsOf("/signals")).rows;
    const [position] = (await rowsOf("/positions")).rows;
    const ids: Readonly<Record<string, unknown>> = {
      "/signals/{id}": signal?.id,
      "/positions/{id}": position?.id,
      "/research/{id}": "a1",
      "/sweeps/{id}": "s1",
      "/research-tables/{id}": "t1",
      "/models/{id}": "m1",
      "/reports/{kind}/{id}": "a1",
      "{wallet}": facts.walletNo(1),
      "{market}": facts.marketNo(0),
    };
    const asked = Object.keys(paths).filter((path) => paths[path]?.get !== undefined && !path.includes("stream"));
    expect(asked.length).toBeGreaterThan(32);
    for (const path of asked) {
      const filled = path
        .replace("{wallet}", String(ids["{wallet}"]))
        .replace("{market}", String(ids["{market}"]))
        .replace("{kind}", "backtest")
        .replace("{id}", String(ids[path]));
      const response = await dashboard.get(filled);
      const text = await response.text();
      expect([filled, response.status, text]).toEqual([filled, 200, expect.any(String)]);
      const promised = answerOf(document, path);
      if (promised !== null) expect([filled, promised.safeParse(JSON.parse(text)).error]).toEqual([filled, undefined]);
    }
    expect(dashboard.logger.lines.filter(({ message }) => message === "request failed")).toEqual([]);
  });

  test("pages of one row each give what one large page gives", async () => {
    for (const path of [
      "/trades",
      "/wallets?sort=edge",
      "/signals",
      "/positions",
      "/markets?sort=ends_at",
      "/alerts",
    ]) {
      const whole = (await rowsOf(path)).rows;
      const single: Record<string, unknown>[] = [];
      let next: string | null = "";
      while (next !== null) {
        const page: Rows = await rowsOf(
          `${path}${path.includes("?") ? "&" : "?"}limit=1${next === "" ? "" : `&cursor=${next}`}`,
        );
        single.push(...page.rows);
        next = page.next;
      }
      expect(single.length).toBeGreaterThan(0);
      expect(single).toEqual(whole);
    }
  });

  test("filters hold, and what is malformed is refused by name", async () => {
    const { rows: trades } = await rowsOf(`/trades?wallet=${facts.walletNo(1)}&tier=WHALE&min_usd=100&side=BUY`);
    expect(trades).toHaveLength(2);
    expect(trades[0]).toMatchObject({
      wallet_address: facts.walletNo(1),
      usd_amount: "200.000000",
      trader_tier: "WHALE",
    });
    expect((await rowsOf("/trades?min_usd=201")).rows).toEqual([]);
    expect((await rowsOf(`/trades?market=${facts.marketNo(1)}`)).rows).toHaveLength(1);
    expect((await rowsOf(`/wallets?search=${facts.walletNo(2).slice(0, 20)}`)).rows.length).toBeGreaterThan(2);
    for (const path of [
      "/trades?wallet=0x1",
      "/trades?limit=100000",
      "/trades?cursor=nonsense",
      "/markets/1",
      "/stream?topics=all",
    ]) {
      expect([path, (await dashboard.get(path)).status]).toEqual([path, 400]);
    }
    const foreign = Buffer.from('["1; DROP TABLE flow.fill","2"]').toString("base64url");
    expect(await dashboard.json(`/trades?cursor=${foreign}`)).toMatchObject({ code: "CURSOR_INVALID" });
    expect((await dashboard.get(`/wallets/${facts.walletNo(99)}`)).status).toBe(404);
    expect((await dashboard.get("/nothing")).status).toBe(404);
  });

  test("what no index finds is looked for stretch by stretch", async () => {
    const whole = (await rowsOf("/trades")).rows.filter(({ usd_amount }) => Number(usd_amount) >= 150);
    const { rows } = await sql<{ newest: number }>`SELECT max(block_number) AS newest FROM flow.fill_packed`.execute(
      getDb().kysely,
    );
    const far = Number(rows[0]?.newest) + 2_000;
    await world.chain.extend(
      facts.aRecord(far, far, { fills: [facts.aFill({ blockNumber: far, wallet: facts.walletNo(9), cash: $("1") })] }),
    );
    const found: unknown[] = [];
    let pages = 0;
    for (let next: string | null = ""; next !== null; pages += 1) {
      const page: Rows = await rowsOf(`/trades?min_usd=150&cursor=${next}`.replace(/&cursor=$/, ""));
      found.push(...page.rows);
      next = page.next;
    }
    expect(found).toEqual(whole);
    expect(pages).toBe(3);
    await sql`DELETE FROM flow.fill_packed WHERE block_number = ${far}`.execute(getDb().kysely);
    await sql`DELETE FROM flow.coverage WHERE from_block = ${far}`.execute(getDb().kysely);
    await sql`DELETE FROM flow.block WHERE block_number = ${far}`.execute(getDb().kysely);
  });

  test("a signal says why, its position what it got, the health what is missing", async () => {
    const [signal] = (await rowsOf("/signals?status=EXECUTED")).rows;
    const page = await dashboard.json(`/signals/${signal?.id}`);
    expect(page).toMatchObject({ signal_type: "FOLLOW_WHALE", control_outcome: "Down", checks: expect.any(Array) });
    expect((page.checks as unknown[]).length).toBeGreaterThan(5);
    const position = await dashboard.json(`/positions/${signal?.position_id}`);
    expect(position).toMatchObject({ status: "OPEN", leader: facts.walletNo(1), orders: [{ status: "FILLED" }] });
    const health = await dashboard.json("/health");
    expect(health.parts).toMatchObject([
      { name: "listener", state: "working" },
      { name: "reputation" },
      { name: "executor", state: "working", without_it: expect.stringContaining("Commands wait") },
    ]);
    expect(await dashboard.json("/live-trading")).toMatchObject({
      ...{ status: null, differences: [], claims: { markets: 0, payout_usd: "0" } },
      drift: { orders: 0, price_drift: null, live_fill_share: null, live_pnl_usd: "0" },
    });
    const equity = (await (await dashboard.get("/equity?days=3650")).json()) as { equity_usd: string }[];
    expect(equity.at(-1)?.equity_usd).toBe(
      ((await dashboard.json("/overview")) as { account: { equity_usd: string } }).account.equity_usd,
    );
  });

  test("the P&L of the day counts what is held too, from the equity that the day before ended with", async () => {
    type Account = { readonly capital_usd: string; readonly equity_usd: string; readonly day_pnl_usd: string };
    const overview = async () => (await dashboard.json("/overview")) as { readonly account: Account };
    const { account } = await overview();
    expect(Number(account.day_pnl_usd)).toBeCloseTo(Number(account.equity_usd) - Number(account.capital_usd), 6);
    await sql`
      INSERT INTO flow.performance_day (date, mode, signals, executed, wins, losses, gross_micros, fees_micros,
        net_micros, deployed_micros, equity_micros, max_drawdown_pct)
      VALUES ('2001-01-01', 'PAPER', 0, 0, 0, 0, 0, 0, 0, 0, 9000000000, 0)`.execute(getDb().kysely);
    const later = (await overview()).account;
    await sql`DELETE FROM flow.performance_day WHERE date = '2001-01-01'`.execute(getDb().kysely);
    expect(Number(later.day_pnl_usd)).toBeCloseTo(Number(account.equity_usd) - 9_000, 6);
  });

  test("CSV has every row, and no title that a spreadsheet would run", async () => {
    const response = await dashboard.get("/markets?sort=ends_at&format=csv");
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="orderflow-markets.csv"');
    const lines = (await response.text()).trimEnd().split("\r\n");
    expect(lines[0]).toMatch(/^market_id,title,slug,/);
    expect(lines).toHaveLength(3);
    expect(lines.find((line) => line.includes("HYPERLINK"))).toContain(`"'${HOSTILE.replaceAll('"', '""')}"`);
  });

  test("commands want the page's token and origin, write one row and take effect", async () => {
    expect((await dashboard.post("/commands", { kind: "pause" })).status).toBe(403);
    const foreign = { "x-csrf-token": token, origin: "http://evil.example" };
    expect((await dashboard.post("/commands", { kind: "pause" }, foreign)).status).toBe(403);
    expect((await dashboard.post("/commands", { kind: "sql", text: "x" }, { "x-csrf-token": token })).status).toBe(400);
    expect(await world.query(sql`SELECT 1 FROM flow.command`)).toEqual([]);

    let answer: Record<string, unknown> | null = null;
    const asked = dashboard.post("/commands", { kind: "pause" }, { "x-csrf-token": token, origin: dashboard.url });
    void asked.then(async (response) => {
      answer = (await response.json()) as Record<string, unknown>;
    });
    await world.until(() => answer !== null);
    expect(answer).toMatchObject({ outcome: "done", executor: { is_running: true, trading_state: "REDUCING" } });
    expect(await world.query(sql`SELECT kind, created_by FROM flow.command`)).toEqual([
      { kind: "pause", created_by: "dashboard:127.0.0.1" },
    ]);
  });

  test("a sweep's variants are no backtests, and a report is shown in our own pages and runs nothing", async () => {
    expect((await rowsOf("/research")).rows).toMatchObject([
      { id: "a1", total_return: 0.05, trades: 7, edge_low: null, has_page: true },
    ]);
    expect((await rowsOf("/sweeps")).rows).toMatchObject([
      { id: "s1", variants: 2, done: 1, grid: { minPrice: [null, 0.1] }, verdict: null, has_page: false },
    ]);
    expect((await rowsOf("/models")).rows).toMatchObject([{ id: "m1", signals: 0, trust: 0.3, verdict: null }]);
    const { headers } = await dashboard.get("/reports/backtest/a1");
    expect(headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'unsafe-inline'; .*frame-ancestors 'self'; sandbox allow-same-origin$/,
    );
    expect(headers.get("x-frame-options")).toBe("SAMEORIGIN");
    for (const path of ["/reports/sweep/s1", "/reports/backtest/x", "/sweeps/x", "/models/x", "/research-tables/x"])
      expect([path, (await dashboard.get(path)).status]).toEqual([path, 404]);
    expect((await dashboard.get("/reports/novel/a1")).status).toBe(400);
  });

  test("another host's name, framing and foreign scripts are kept out", async () => {
    const { request } = await import("node:http");
    const status = await new Promise((resolve) =>
      request(`${dashboard.api}/session`, { headers: { host: "evil.example" } }, (r) =>
        resolve(r.resume().statusCode),
      ).end(),
    );
    expect(status).toBe(403);
    const { headers } = await fetch(dashboard.url);
    expect(headers.get("content-security-policy")).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'/);
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });

  describe("the stream", () => {
    test("starts with the newest of each topic, tells what is new, and goes on after a break", async () => {
      const first = await openStream(dashboard.api, "?topics=trades,positions");
      const positions = await whileFeedRuns(dashboard, first.until("positions"));
      expect(positions.data).toMatchObject({ rows: [{ status: "OPEN" }, { status: "OPEN" }] });
      const cashOf = ({ data }: StreamedEvent) => (data.rows as { usd_amount: string }[])[0]?.usd_amount;
      const tradeOf = async (stream: typeof first, cash: string): Promise<StreamedEvent> => {
        for (;;) {
          const event = await whileFeedRuns(dashboard, stream.until("trades"));
          if (cashOf(event) === cash) return event;
        }
      };
      await world.whaleBuys({ wallet: facts.walletNo(5), cash: $("7") });
      const seen = await tradeOf(first, "7.000000");
      await world.whaleBuys({ wallet: facts.walletNo(5), cash: $("8") });
      await tradeOf(first, "8.000000");
      first.close();

      const again = await openStream(dashboard.api, "?topics=trades", { "last-event-id": seen.id });
      expect(cashOf(await again.until("trades"))).toBe("8.000000");
      const lost = await openStream(dashboard.api, "?topics=trades", { "last-event-id": "another-7" });
      expect((await lost.next())?.event).toBe("reset");
      for (const stream of [again, lost]) stream.close();
    });

    test("tells that a reorg took fills back", async () => {
      const stream = await openStream(dashboard.api, "?topics=trades");
      await whileFeedRuns(dashboard, stream.until("trades"));
      const { rows } = await rowsOf("/trades?limit=1");
      const block = Number(rows[0]?.block_number);
      await sql`UPDATE flow.chain_state SET finalized_block = ${block - 1}`.execute(getDb().kysely);
      await world.chain.retract(block - 1, world.clock.nowMs());
      const told = await whileFeedRuns(dashboard, stream.until("trades"));
      expect(told.data).toMatchObject({ rows: [], retracted_from: block });
      stream.close();
    });

    test("of fifty browsers costs one reader, and of none nothing", async () => {
      const { asked, reads } = counting(createReadSide(getDb()));
      const busy = await openTestDashboard(getDb(), world.clock, { reads });
      try {
        await busy.wall.advance(3_000);
        expect(asked).toEqual([]);
        const streams = await Promise.all(Array.from({ length: 50 }, () => openStream(busy.api, "?topics=health")));
        await whileFeedRuns(busy, Promise.all(streams.slice(0, 1).map((stream) => stream.until("health"))));
        const before = asked.length;
        await world.whaleBuys({ wallet: facts.walletNo(6) });
        for (const stream of streams) await whileFeedRuns(busy, stream.until("health"));
        // Each look asks for state once, for whomever.
        expect(asked.slice(before).filter((name) => name === "newTrades").length).toBeLessThan(20);
        expect(busy.feed.counts().open).toBe(50);
        for (const stream of streams) stream.close();
        while (busy.feed.counts().open > 0) await turn();
      } finally {
        await busy.close();
      }
    });
  });
});
