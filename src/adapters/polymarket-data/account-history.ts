import { z } from "zod";
import { PayloadError } from "../../core/errors.ts";
import type { Address, MarketId } from "../../core/ids/ids.ts";
import { shares } from "../../core/money/amounts.ts";
import type { AccountPosition, AccountResolution } from "../../core/reputation/account-event.ts";
import { type EpochMs, fromUnixSeconds, SECOND_MS } from "../../core/time/time.ts";
import type { AccountHistory } from "../../ports/account-history.ts";
import type { DataClient } from "./data-client.ts";
import { walkPages } from "./data-page.ts";
import {
  parseActivity,
  parseLagSeconds,
  parseLeader,
  parsePnlSeries,
  parsePosition,
  parseResolution,
  parseTrade,
} from "./data-rows.ts";
import { createOutcomeOf } from "./outcome-of-token.ts";

/** More is refused. */
const PAGE_ROWS = 1_000;
const BOARD_PAGE_ROWS = 100;
/** More than that many conditions in one request are refused. */
const CONDITIONS_PER_REQUEST = 20;
const TYPES = "TRADE,SPLIT,MERGE,REDEEM,CONVERSION";

const inSeconds = (at: EpochMs): number => Math.floor(at / SECOND_MS);

/** The Data API v2 (`/v2/openapi.json`), read only; public, without a key. */
export function createAccountHistory(client: DataClient): AccountHistory {
  const outcomeOf = createOutcomeOf();

  async function positionsOf(
    wallet: Address,
    query: Readonly<Record<string, string | number | boolean>>,
    rowsMax: number,
    signal: AbortSignal,
  ) {
    // By time, because values move while the pages are read.
    const order = { sort_by: "TIMESTAMP", sort_direction: "DESC", limit: PAGE_ROWS };
    const walk = { order: "ranked", rowsMax } as const;
    return walkPages(client, "/v2/positions", { user: wallet, ...order, ...query }, walk, signal);
  }

  return {
    async leaders(period, by, limit, signal) {
      const query = { time_period: period, sort_by: by, limit: Math.min(limit, BOARD_PAGE_ROWS) };
      const { rows } = await walkPages(client, "/v2/leaderboard", query, { order: "ranked", rowsMax: limit }, signal);
      return [...new Set(rows.map(parseLeader))].slice(0, limit);
    },

    async tape(trades, minUsd, signal) {
      const query = {
        taker_only: false,
        filter_type: "CASH",
        filter_amount: minUsd,
        limit: Math.min(trades, PAGE_ROWS),
      };
      const { rows } = await walkPages(client, "/v2/trades", query, { order: "desc", rowsMax: trades }, signal);
      return rows.map(parseTrade).filter((trade) => trade !== null);
    },

    async activity(wallet, since, rowsMax, signal) {
      const query = { user: wallet, type: TYPES, start: inSeconds(since), sort_direction: "ASC", limit: PAGE_ROWS };
      const { rows, isTruncated } = await walkPages(client, "/v2/activity", query, { order: "asc", rowsMax }, signal);
      const events = rows.map((row) => parseActivity(row, outcomeOf)).filter((event) => event !== null);
      return { events, rows: rows.length, isTruncated };
    },

    async positions(wallet, since, rowsMax, signal) {
      const open = await positionsOf(
        wallet,
        { status: "OPEN", filter_amount: 0, include_archived: true },
        rowsMax,
        signal,
      );
      const closed = await positionsOf(wallet, { status: "CLOSED", start: inSeconds(since) }, rowsMax, signal);
      const byToken = new Map<string, AccountPosition>();
      // Dust that is left makes one position both open and closed; the open one says more.
      for (const row of [...closed.rows, ...open.rows]) {
        const position = parsePosition(row, outcomeOf);
        if (position !== null) byToken.set(position.tokenId, position);
      }
      return { positions: [...byToken.values()], isTruncated: open.isTruncated || closed.isTruncated };
    },

    async takerShares(wallet, since, signal) {
      const query = { user: wallet, taker_only: true, start: inSeconds(since), limit: PAGE_ROWS };
      const walk = { order: "desc", rowsMax: 1 } as const;
      const { rows, isTruncated } = await walkPages(client, "/v2/trades", query, walk, signal);
      const trades = rows.map(parseTrade).filter((trade) => trade !== null);
      const oldest = Number(rows.at(-1)?.timestamp ?? 0);
      return {
        shares: shares(trades.reduce((sum, trade) => sum + trade.shares, 0n)),
        since: isTruncated ? fromUnixSeconds(oldest) : since,
      };
    },

    async resolutions(markets, signal) {
      const found = new Map<MarketId, AccountResolution>();
      const rowsOf = z.object({ data: z.array(z.unknown()) });
      for (let from = 0; from < markets.length; from += CONDITIONS_PER_REQUEST) {
        const condition = markets.slice(from, from + CONDITIONS_PER_REQUEST).join(",");
        const parsed = rowsOf.safeParse(await client.get("/v2/resolutions", { condition }, signal));
        if (!parsed.success) throw new PayloadError("DATA_API_MALFORMED", "not a list of resolutions");
        for (const row of parsed.data.data) {
          const resolution = parseResolution(row);
          if (resolution !== null) found.set(...resolution);
        }
      }
      return found;
    },

    async pnlSeries(wallet, span, signal) {
      const window = span === "month" ? { interval: "1m", fidelity: "1h" } : { interval: "max", fidelity: "1d" };
      return parsePnlSeries(await client.get("/v2/user-pnl", { user: wallet, ...window }, signal));
    },

    freshness: async (signal) => ({ lagSeconds: parseLagSeconds(await client.get("/v2/status", {}, signal)) }),
    use: client.use,
  };
}
