import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createAccountHistory } from "../../src/adapters/polymarket-data/account-history.ts";
import { createDataClient } from "../../src/adapters/polymarket-data/data-client.ts";
import type { RequestRates } from "../../src/adapters/polymarket-data/rate-limits.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import type { AccountHistory } from "../../src/ports/account-history.ts";

export type FakeRow = Readonly<Record<string, unknown>>;

export type FakeData = {
  readonly activity?: (user: string) => readonly FakeRow[];
  readonly positions?: (user: string, status: string) => readonly FakeRow[];
  readonly trades?: readonly FakeRow[];
  readonly leaders?: readonly string[];
  /** condition → payouts in millionths; absent: not resolved. */
  readonly resolutions?: ReadonlyMap<string, { readonly payouts: readonly [number, number]; readonly at: string }>;
  readonly pageRows?: number;
};

export type FakeDataApi = {
  readonly history: AccountHistory;
  readonly asked: URL[];
  close(): Promise<void>;
};

const FAST = 100_000;
export const UNLIMITED: RequestRates = {
  ...{ all: FAST, "/v2/trades": FAST, "/v2/activity": FAST, "/v2/positions": FAST, "/v2/resolutions": FAST },
};

/** The Data API with recorded or invented rows behind the real wire, so that the real client is tested. */
export async function startFakeDataApi(data: FakeData): Promise<FakeDataApi> {
  const asked: URL[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://data");
    asked.push(url);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer(data, url)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = createSystemClock();
  const client = createDataClient({ baseUrl, clock, random: () => 0, attemptsMax: 1, rates: UNLIMITED });
  return {
    history: createAccountHistory(client),
    asked,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function answer(data: FakeData, url: URL): unknown {
  const query = url.searchParams;
  const user = query.get("user") ?? "";
  switch (url.pathname) {
    case "/v2/activity":
      return pageOf(data, query, data.activity?.(user) ?? []);
    case "/v2/positions":
      return pageOf(data, query, data.positions?.(user, query.get("status") ?? "OPEN") ?? []);
    case "/v2/trades":
      return pageOf(data, query, data.trades ?? []);
    case "/v2/leaderboard":
      return pageOf(
        data,
        query,
        (data.leaders ?? []).map((user_id, i) => ({ rank: i + 1, user_id, pnl: 1, volume: 1 })),
      );
    case "/v2/resolutions": {
      const conditions = (query.get("condition") ?? "").split(",");
      const rows = conditions.flatMap((condition_id) => {
        const known = data.resolutions?.get(condition_id);
        return known === undefined
          ? []
          : [{ condition_id, status: "resolved", payouts: known.payouts, resolved_at: known.at }];
      });
      return { data: rows };
    }
    default:
      return { data: { serving: { lag_seconds: 1 } } };
  }
}

/** Cursors are offsets here, as on the venue's boards. */
function pageOf({ pageRows = 1_000 }: FakeData, query: URLSearchParams, rows: readonly FakeRow[]): unknown {
  const from = Number(query.get("cursor") ?? 0);
  const next = from + pageRows;
  const has_more = next < rows.length;
  return {
    data: rows.slice(from, next),
    pagination: { limit: pageRows, offset: from, has_more, next_cursor: has_more ? String(next) : null },
  };
}
