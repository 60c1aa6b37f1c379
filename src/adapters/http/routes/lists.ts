import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { ReadSide } from "../../../ports/read-side.ts";
import { addList } from "../list-route.ts";
import * as rows from "../schemas/rows.ts";
import * as seen from "../schemas/seen.ts";
import { mode, side, tier } from "../schemas/values.ts";
import { ADDRESS, MARKET } from "./values.ts";

const yes = z.enum(["true", "false"]).transform((value) => value === "true");

/** Every table, under the names of orderflow_* and its columns. */
export function addLists(app: OpenAPIHono, reads: ReadSide): void {
  addTradingLists(app, reads);
  addList(app, {
    ...{ path: "/trades", tag: "Tape", summary: "Fills, newest first (orderflow_trades)", row: seen.trade },
    query: {
      tier: tier.optional().openapi({ description: "of the wallet, as it is now" }),
      wallet: ADDRESS.optional(),
      market: MARKET.optional(),
      side: side.optional(),
      min_usd: z.coerce.number().min(0).max(1e12).optional(),
    },
    read: (page, { min_usd: minUsd, ...filter }) => reads.trades({ ...filter, minUsd }, page),
  });
  addList(app, {
    ...{ path: "/wallets", tag: "Wallets", summary: "Wallets with a score (orderflow_wallet_stats)", row: seen.wallet },
    query: {
      search: z
        .string()
        .regex(/^(0x)?[0-9a-fA-F]{1,40}$/, "the first digits of an address")
        .optional()
        .openapi({ description: "finds wallets without a score too" }),
      tier: tier.optional(),
      eligible: yes.optional(),
      sort: z
        .enum(["score", "edge", "pnl", "win_rate", "closed_markets", "confidence", "volume", "recent"])
        .default("score"),
      order: z.enum(["asc", "desc"]).default("desc"),
    },
    read: (page, { order, ...filter }) => reads.wallets({ ...filter, ascending: order === "asc" }, page),
  });
  const wallet = { wallet: ADDRESS };
  addList(app, {
    ...{ path: "/wallets/{wallet}/history", tag: "Wallets", summary: "Published scores, newest first" },
    ...{ params: wallet, row: seen.walletHistory },
    read: (page, _, given) => reads.walletHistory(given.wallet, page),
  });
  addList(app, {
    ...{ path: "/wallets/{wallet}/units", tag: "Wallets", summary: "Record in each market, open ones first" },
    ...{ params: wallet, row: seen.unit },
    read: (page, _, given) => reads.walletUnits(given.wallet, page),
  });
  addList(app, {
    ...{ path: "/markets", tag: "Markets", summary: "Markets (orderflow_market_outcomes)", row: seen.market },
    query: {
      search: z.string().min(1).max(100).optional().openapi({ description: "part of the title" }),
      category: z.string().max(100).optional(),
      resolved: yes.optional(),
      sort: z.enum(["activity", "ends_at"]).default("activity").openapi({
        description: "activity: only markets among the newest 5,000 fills. ends_at: all, last end first",
      }),
    },
    read: (page, filter) => reads.markets(filter, page),
  });
  addList(app, {
    ...{ path: "/markets/{market}/wallets", tag: "Markets", summary: "Wallets with a score in it, best first" },
    ...{ params: { market: MARKET }, row: seen.marketWallet },
    read: (page, _, given) => reads.marketWallets(given.market, page),
  });
}

function addTradingLists(app: OpenAPIHono, reads: ReadSide): void {
  addList(app, {
    ...{ path: "/signals", tag: "Signals", summary: "Signals, newest first (orderflow_signals)", row: rows.signal },
    query: {
      type: z.enum(["FOLLOW_WHALE", "FADE_DEGEN", "ML_PREDICTION", "EXIT_FOLLOW"]).optional(),
      status: z.enum(["PENDING", "EXECUTED", "SKIPPED", "EXPIRED"]).optional(),
      wallet: ADDRESS.optional(),
      market: MARKET.optional(),
    },
    read: (page, filter) => reads.signals(filter, page),
  });
  addList(app, {
    ...{ path: "/positions", tag: "Positions", summary: "Open ones first, then the last closed", row: rows.position },
    query: {
      status: z.enum(["OPEN", "CLOSED"]).optional(),
      mode: mode.optional(),
      market: MARKET.optional(),
      wallet: ADDRESS.optional().openapi({ description: "the leader" }),
    },
    read: (page, filter) => reads.positions(filter, page),
  });
  addList(app, {
    ...{ path: "/performance", tag: "Performance", summary: "Days, newest first", row: rows.performanceDay },
    read: (page) => reads.performance(page),
  });
  addList(app, {
    ...{ path: "/controls", tag: "Performance", summary: "Reverse controls of signals", row: rows.control },
    read: (page) => reads.controls(page),
  });
  addList(app, {
    ...{ path: "/coverage", tag: "Health", summary: "Block ranges held, newest first", row: rows.coverageRange },
    read: (page) => reads.coverage(page),
  });
  addList(app, {
    ...{ path: "/alerts", tag: "Health", summary: "Alerts, newest first", row: rows.alert },
    read: (page) => reads.alerts(page),
  });
  addList(app, {
    ...{ path: "/commands", tag: "Commands", summary: "Commands given, newest first", row: rows.command },
    read: (page) => reads.commands(page),
  });
}
