import type { Chain } from "../chain/chain.ts";
import type { World } from "../world/world.ts";
import { leaderboard, positionsBoard, userPnl } from "./data-api-boards.ts";
import { createBooks } from "./data-api-books.ts";
import { activityFeed, type DataApiSources, tradesFeed } from "./data-api-feeds.ts";
import type { DataFlaws } from "./data-api-flaws.ts";
import { refuse } from "./data-api-pages.ts";
import { resolutionRow } from "./data-api-rows.ts";
import { ok, type Reply } from "./reply.ts";

const CONDITIONS_MAX = 20;

type Route = (sources: DataApiSources, query: URLSearchParams) => Reply;

function resolutions({ books }: DataApiSources, query: URLSearchParams): Reply {
  const conditions = [...new Set((query.get("condition") ?? "").split(","))];
  if (conditions.length > CONDITIONS_MAX) return refuse(400, "at most 20 conditions");
  const known = books().resolutions;
  return ok({ data: conditions.flatMap((condition) => known.get(condition.toLowerCase()) ?? []).map(resolutionRow) });
}

function status({ now }: DataApiSources): Reply {
  const mechanisms = [{ name: "activity_feed", age_seconds: 0 }];
  const serving = { lag_seconds: 0, worst: "activity_feed", mechanisms };
  return ok({ data: { computed_at: new Date(now() * 1_000).toISOString(), age_seconds: 0, serving } });
}

const ROUTES: ReadonlyMap<string, Route> = new Map([
  ["/v2/activity", activityFeed],
  ["/v2/trades", tradesFeed],
  ["/v2/positions", positionsBoard],
  ["/v2/leaderboard", leaderboard],
  ["/v2/user-pnl", userPnl],
  ["/v2/resolutions", resolutions],
  ["/v2/status", status],
]);

/** The Data API v2, as far as accounts are read from it (API sheet, section 4.2). @param now milliseconds. */
export function createDataApiRoutes(world: World, chain: Chain, flaws: DataFlaws, now: () => number) {
  const numbers = new Map(world.wallets.map(({ address, index }) => [address, index]));
  const sources: DataApiSources = {
    world,
    books: createBooks(world, chain),
    walletOf: (address) => numbers.get(address.toLowerCase()),
    now: () => Math.floor(now() / 1_000),
    flaws,
  };
  return {
    get: (path: string, query: URLSearchParams): Reply =>
      ROUTES.get(path)?.(sources, query) ?? refuse(404, "not found"),
  };
}
