import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { InputError } from "../../../core/errors.ts";
import { DAY_MS, type EpochMs, epochMs } from "../../../core/time/time.ts";
import type { SeriesRequest } from "../../../ports/read-side.ts";
import { NotFoundError } from "../answers.ts";
import type { ApiDeps } from "../api-app.ts";
import { problemAnswers } from "../list-route.ts";
import { notTooOften } from "../not-too-often.ts";
import { health } from "../schemas/health.ts";
import { liveTrading } from "../schemas/live-trading.ts";
import * as pages from "../schemas/pages.ts";
import * as rows from "../schemas/rows.ts";
import { readHealth } from "./health.ts";
import { ADDRESS, ID, MARKET } from "./values.ts";

type Page<Query extends z.ZodRawShape, Params extends z.ZodRawShape> = {
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly answer: z.ZodType;
  readonly query?: Query;
  readonly params?: Params;
  readonly read: (query: z.output<z.ZodObject<Query>>, params: z.output<z.ZodObject<Params>>) => Promise<unknown>;
};

/** One question, one answer; null becomes 404. */
export function addPage<Query extends z.ZodRawShape, Params extends z.ZodRawShape>(
  app: OpenAPIHono,
  { path, tag, summary, answer, query, params, read }: Page<Query, Params>,
): void {
  const route = createRoute({
    ...{ method: "get", path, tags: [tag], summary },
    request: { query: z.object({ ...query }), params: z.object({ ...params }) },
    responses: {
      200: { description: "The answer", content: { "application/json": { schema: answer } } },
      ...problemAnswers,
    },
  });
  // biome-ignore lint/suspicious/noExplicitAny: the types of a route made from parts are not known here
  app.openapi(route as any, async (context: any) => {
    const found = await read(context.req.valid("query"), context.req.valid("param"));
    if (found === null) throw new NotFoundError(context.req.path);
    return context.json(z.encode(answer, found));
  });
}

const BUCKETS_MAX = 2_000;

const series = {
  from: z.iso.datetime().optional().openapi({ description: "by default a day before `to`" }),
  to: z.iso.datetime().optional().openapi({ description: "by default now" }),
  seconds: z.coerce.number().int().min(1).max(86_400).default(300).openapi({ description: "width of a bucket" }),
};

function seriesOf(
  { from, to, seconds }: { from?: string | undefined; to?: string | undefined; seconds: number },
  now: EpochMs,
): SeriesRequest {
  const end = to === undefined ? now : epochMs(Date.parse(to));
  const start = from === undefined ? epochMs(end - DAY_MS) : epochMs(Date.parse(from));
  if (start >= end) throw new InputError("SERIES_EMPTY", "`from` must lie before `to`");
  if ((end - start) / 1_000 / seconds > BUCKETS_MAX) {
    throw new InputError("SERIES_TOO_LONG", `more than ${BUCKETS_MAX} buckets; make \`seconds\` larger`);
  }
  return { from: start, to: end, seconds };
}

/** What is shown as one page rather than as a table. */
export function addPages(app: OpenAPIHono, deps: ApiDeps): void {
  const { reads, clock } = deps;
  const totals = notTooOften(deps.wall, () => reads.totals());
  addPage(app, {
    ...{ path: "/overview", tag: "Overview", summary: "Account, today, feed, totals", answer: pages.overview },
    read: async () => ({ ...(await totals()), ...(await reads.state()) }),
  });
  addPage(app, {
    ...{ path: "/equity", tag: "Overview", summary: "Equity and drawdown over time" },
    answer: z.array(pages.equityPoint),
    query: {
      days: z.coerce.number().min(0.01).max(3_650).default(30),
      points: z.coerce.number().int().min(2).max(5_000).default(500),
    },
    read: ({ days, points }) => reads.equity(epochMs(clock.nowMs() - days * DAY_MS), points),
  });
  addPage(app, {
    ...{ path: "/wallets/{wallet}", tag: "Wallets", summary: "Parts of the score, edge, calibration, links, reasons" },
    ...{ params: { wallet: ADDRESS }, answer: pages.walletPage },
    read: (_, { wallet }) => reads.wallet(wallet),
  });
  addPage(app, {
    ...{ path: "/signals/{id}", tag: "Signals", summary: "Why or why not: inputs, book, every check" },
    ...{ params: { id: ID }, answer: pages.signalPage },
    read: (_, { id }) => reads.signal(id),
  });
  addPage(app, {
    ...{ path: "/positions/{id}", tag: "Positions", summary: "A position with its orders" },
    ...{ params: { id: ID }, answer: pages.positionPage },
    read: (_, { id }) => reads.position(id),
  });
  addMarketPages(app, deps);
  addPage(app, {
    ...{ path: "/performance/breakdown", tag: "Performance", summary: "Closed positions by a trait, with verdicts" },
    query: { by: z.enum(["signal_type", "tier", "category", "wallet"]).default("signal_type") },
    answer: z.array(rows.breakdownRow),
    read: ({ by }) => reads.breakdown(by),
  });
  addPage(app, {
    ...{ path: "/performance/controls", tag: "Performance", summary: "Signals against their reverse controls" },
    answer: z.array(rows.controlComparison),
    read: () => reads.controlComparison(),
  });
  addPage(app, {
    ...{ path: "/health", tag: "Health", summary: "Feed, latencies, queues, endpoints, memory", answer: health },
    read: () => readHealth(deps),
  });
  addPage(app, {
    ...{ path: "/live-trading", tag: "Health", summary: "Status, differences, claims, drift against paper" },
    answer: liveTrading,
    read: () => reads.liveTrading(),
  });
  addPage(app, {
    ...{ path: "/settings", tag: "Settings", summary: "Effective configuration without secrets; limits" },
    answer: pages.settings,
    read: async () => deps.settings,
  });
}

function addMarketPages(app: OpenAPIHono, { reads, clock }: ApiDeps): void {
  const params = { market: MARKET };
  addPage(app, {
    ...{ path: "/markets/{market}", tag: "Markets", summary: "A market with its tokens" },
    ...{ params, answer: pages.marketPage },
    read: (_, { market }) => reads.market(market),
  });
  addPage(app, {
    ...{ path: "/markets/{market}/prices", tag: "Markets", summary: "Open, high, low, close of each token" },
    ...{ params, query: series, answer: z.array(pages.pricePoint) },
    read: (query, { market }) => reads.marketPrices(market, seriesOf(query, clock.nowMs())),
  });
  addPage(app, {
    ...{ path: "/markets/{market}/flow", tag: "Markets", summary: "What each tier bought and sold" },
    ...{ params, query: series, answer: z.array(pages.flowPoint) },
    read: (query, { market }) => reads.marketFlow(market, seriesOf(query, clock.nowMs())),
  });
}
