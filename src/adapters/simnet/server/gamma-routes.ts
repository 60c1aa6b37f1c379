import type { SimMarket } from "../world/market.ts";
import type { World } from "../world/world.ts";
import { gammaEvent, gammaMarket, isClosed } from "./gamma-market.ts";
import type { MarketIndex } from "./market-index.ts";
import { fail, ok, type Reply } from "./reply.ts";

const LIMIT_MAX = 100;
const LIMIT_DEFAULT = 20;
const OFFSET_MAX = 2_000;

/** Gamma's market and event lists (API sheet, section 4.1). @param now milliseconds. */
export function createGammaRoutes(world: World, index: MarketIndex, now: () => number) {
  const show = (market: SimMarket) => gammaMarket(world, index, market, now());

  /** Ids narrow the list; `closed` (false unless given) applies to what is left. */
  function select(query: URLSearchParams): readonly SimMarket[] {
    const byId = [
      ...query.getAll("condition_ids").map((id) => index.byCondition(id)),
      ...query.getAll("clob_token_ids").map((id) => index.byToken(id)?.market ?? null),
      ...query.getAll("id").map((id) => index.byGammaId(id)),
    ];
    const isNarrowed = ["condition_ids", "clob_token_ids", "id"].some((name) => query.has(name));
    const found = isNarrowed ? [...new Set(byId.filter((market) => market !== null))] : world.markets;
    const slugs = query.getAll("slug");
    const closed = query.get("closed") === "true";
    return found
      .filter((market) => isClosed(world, market) === closed)
      .filter((market) => slugs.length === 0 || slugs.includes(market.slug));
  }

  const limitOf = (query: URLSearchParams): number =>
    Math.min(LIMIT_MAX, Math.max(1, Number(query.get("limit") ?? LIMIT_DEFAULT) || LIMIT_DEFAULT));

  function keyset(query: URLSearchParams): Reply {
    if (query.has("offset")) return fail(422, "offset is not supported, use after_cursor");
    const cursor = query.get("after_cursor");
    const after = cursor === null ? -1 : Number(Buffer.from(cursor, "base64url").toString());
    if (!Number.isInteger(after)) return fail(422, "invalid after_cursor");
    const limit = limitOf(query);
    const rest = select(query)
      .filter((market) => market.index > after)
      .toSorted((a, b) => a.index - b.index);
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    if (last === undefined || rest.length <= limit) return ok({ markets: page.map(show) });
    return ok({ markets: page.map(show), next_cursor: Buffer.from(String(last.index)).toString("base64url") });
  }

  function list(query: URLSearchParams): Reply {
    const offset = Number(query.get("offset") ?? 0);
    if (!Number.isInteger(offset) || offset < 0 || offset > OFFSET_MAX) return fail(422, "invalid offset");
    return ok(
      select(query)
        .slice(offset, offset + limitOf(query))
        .map(show),
    );
  }

  function events(query: URLSearchParams): Reply {
    const groups = Map.groupBy(select(query), (market) => market.event.id);
    const page = [...groups.values()].slice(0, limitOf(query));
    return ok(
      page.flatMap((markets) => {
        const [first] = markets;
        return first === undefined ? [] : [{ ...gammaEvent(first), markets: markets.map(show) }];
      }),
    );
  }

  return {
    get(path: string, query: URLSearchParams): Reply {
      if (path === "/markets/keyset") return keyset(query);
      if (path === "/markets") return list(query);
      if (path === "/events") return events(query);
      const [, token] = /^\/markets\/by-token\/(\d+)$/.exec(path) ?? [];
      const [, slug] = /^\/markets\/slug\/([\w-]+)$/.exec(path) ?? [];
      const market =
        token !== undefined
          ? (index.byToken(token)?.market ?? null)
          : slug !== undefined
            ? (world.markets.find((each) => each.slug === slug) ?? null)
            : null;
      return market === null ? fail(404, "not found") : ok(show(market));
    },
  };
}
