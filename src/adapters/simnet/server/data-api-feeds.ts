import type { World } from "../world/world.ts";
import type { BookEntry, Books } from "./data-api-books.ts";
import type { DataFlaws } from "./data-api-flaws.ts";
import { pageOf, refuse } from "./data-api-pages.ts";
import { activityRow, dollars, tradeRow } from "./data-api-rows.ts";
import type { Reply } from "./reply.ts";

export const DAY_S = 86_400;
const FEED_FLOOR_S = 3 * 365 * DAY_S;
/** Asking for less, or for nothing, is asking for this. */
const AMOUNT_MIN = 0.01;

/** What the routes of the Data API read from. `now` in Unix seconds. */
export type DataApiSources = {
  readonly world: World;
  books(): Books;
  /** Undefined for an address that is no wallet of the world. */
  walletOf(address: string): number | undefined;
  now(): number;
  readonly flaws: DataFlaws;
};

const serialOf = ({ serial }: BookEntry): number => serial;

const entriesOf = ({ books, walletOf }: DataApiSources, user: string): readonly BookEntry[] =>
  books().byWallet.get(walletOf(user) ?? -1)?.entries ?? [];

/** Zero and nothing mean the feed's own bounds. */
function isWithin(query: URLSearchParams, now: number): (entry: BookEntry) => boolean {
  const start = Number(query.get("start") ?? 0) || now - FEED_FLOOR_S;
  const end = Number(query.get("end") ?? 0) || now + DAY_S;
  return ({ timestamp }) => timestamp >= start && timestamp <= end;
}

/** `/v2/activity`: newest first unless asked otherwise. */
export function activityFeed(sources: DataApiSources, query: URLSearchParams): Reply {
  const user = query.get("user");
  if (user === null) return refuse(400, "user is required");
  const types = query.get("type")?.split(",") ?? ["TRADE", "SPLIT", "MERGE", "REDEEM", "CONVERSION"];
  const found = entriesOf(sources, user)
    .filter(({ kind }) => types.includes(kind))
    .filter(isWithin(query, sources.now()));
  const rows = query.get("sort_direction") === "ASC" ? found : found.toReversed();
  return pageOf("/v2/activity", query, rows, serialOf, (entry) => activityRow(sources.world, entry));
}

/** `/v2/trades`: takers only unless asked otherwise; the bounds of time hold for one user's trades alone. */
export function tradesFeed(sources: DataApiSources, query: URLSearchParams): Reply {
  const user = query.get("user");
  const all =
    user === null
      ? sources.books().tape
      : entriesOf(sources, user)
          .filter(({ kind }) => kind === "TRADE")
          .filter(isWithin(query, sources.now()));
  const isTakerOnly = query.get("taker_only") !== "false";
  const least = Math.max(AMOUNT_MIN, Number(query.get("filter_amount") ?? AMOUNT_MIN));
  const isCash = query.get("filter_type") === "CASH";
  const rows = all
    .filter(({ isTaker, shares, price }) => {
      const amount = dollars(isCash ? shares * price : shares);
      return (isTaker || !isTakerOnly) && amount >= least;
    })
    .toReversed();
  return pageOf("/v2/trades", query, rows, serialOf, (entry) => tradeRow(sources.world, entry));
}
