import { z } from "zod";
import { LOTS_PER_SHARE, PIPS_PER_USD } from "../world/units.ts";
import type { World } from "../world/world.ts";
import type { MarketIndex } from "./market-index.ts";
import { hasBook, orderBook, type TickSizes } from "./order-book.ts";
import { fail, ok, parseJson, type Reply } from "./reply.ts";

const BOOKS_MAX = 500;
const NO_BOOK = "No orderbook exists for the requested token id";
const booksBody = z.array(z.object({ token_id: z.string() }));

/** The public part of the CLOB's REST interface (API sheet, sections 2.3 to 2.6). @param now milliseconds. */
export function createClobRoutes(world: World, index: MarketIndex, ticks: TickSizes, now: () => number) {
  function bookOf(tokenId: string | null) {
    if (tokenId === null) return null;
    const found = index.byToken(tokenId);
    return found === null ? null : orderBook(world, ticks, found.market, found.outcome, now());
  }

  function clobMarket(conditionId: string): Reply {
    const market = index.byCondition(conditionId);
    if (market === null) return fail(404, "market not found");
    const { minLots, takerRateBps } = market.terms;
    const [first, second] = market.tokenIds();
    return ok({
      c: market.conditionId,
      t: [
        { t: first, o: market.outcomes[0] },
        { t: second, o: market.outcomes[1] },
      ],
      mos: minLots / LOTS_PER_SHARE,
      mts: ticks.of(market) / PIPS_PER_USD,
      mbf: 1000,
      tbf: 1000,
      nr: market.negRisk,
      ao: hasBook(world, market, now()),
      cbos: true,
      ibce: true,
      aot: new Date(market.createdAt).toISOString(),
      ...(takerRateBps > 0 ? { fd: { r: takerRateBps / 10_000, e: 1, to: true } } : {}),
    });
  }

  function marketByToken(tokenId: string): Reply {
    const found = index.byToken(tokenId);
    if (found === null) return fail(404, "market not found");
    const [primary, secondary] = found.market.tokenIds();
    return ok({ condition_id: found.market.conditionId, primary_token_id: primary, secondary_token_id: secondary });
  }

  function get(path: string, query: URLSearchParams): Reply {
    const tokenId = query.get("token_id");
    const found = tokenId === null ? null : index.byToken(tokenId);
    if (path.startsWith("/markets-by-token/")) return marketByToken(path.slice("/markets-by-token/".length));
    if (path.startsWith("/clob-markets/")) return clobMarket(path.slice("/clob-markets/".length));
    switch (path) {
      case "/ok":
      case "/":
        return ok("OK");
      case "/time":
        return ok(Math.floor(now() / 1_000));
      case "/version":
        return ok({ version: 2 });
      case "/book": {
        if (tokenId === null) return fail(400, "Invalid token id");
        const book = bookOf(tokenId);
        return book === null ? fail(404, NO_BOOK) : ok(book);
      }
      case "/tick-size":
        return found === null
          ? fail(404, "market not found")
          : ok({ minimum_tick_size: ticks.of(found.market) / PIPS_PER_USD });
      case "/neg-risk":
        return found === null ? fail(404, "market not found") : ok({ neg_risk: found.market.negRisk });
      default:
        return fail(404, "not found");
    }
  }

  function postBooks(body: string): Reply {
    const parsed = booksBody.safeParse(parseJson(body));
    if (!parsed.success || parsed.data.length > BOOKS_MAX) return fail(400, "Invalid payload");
    // Unknown tokens are silently missing.
    return ok(parsed.data.map(({ token_id }) => bookOf(token_id)).filter((book) => book !== null));
  }

  return {
    get,
    post: (path: string, body: string): Reply => (path === "/books" ? postBooks(body) : fail(404, "not found")),
  };
}
