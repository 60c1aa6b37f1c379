import type { Environment } from "../../adapters/config/environment.ts";
import { createClobClient } from "../../adapters/polymarket-clob/clob-client.ts";
import { fetchMarketOfToken } from "../../adapters/polymarket-clob/market-of-token.ts";
import { outcomeTokens } from "../../core/chain/claim.ts";
import { isProtocolCondition } from "../../core/chain/position-id.ts";
import type { ManualMarket } from "../../core/execution/manual-order.ts";
import type { MarketId, TokenId } from "../../core/ids/ids.ts";
import type { OutcomeIndex } from "../../core/market/market.ts";
import type { LiveVenueDeps } from "../../services/live/live-deps.ts";
import { USER_AGENT } from "../version.ts";
import { openBooks } from "./venue-parts.ts";

const TIMEOUT_MS = 10_000;

/**
 * Markets found from their tokens by the CLOB alone: neither catalogue nor database is asked. The exchange follows from
 * the token, which the condition and the kind of collateral make; a token that they do not make is not sold here.
 */
export function createHeldMarkets(environment: Pick<Environment, "CLOB_URL">) {
  const client = createClobClient({ url: environment.CLOB_URL, timeoutMs: TIMEOUT_MS, userAgent: USER_AGENT });
  const books = openBooks(environment);
  const negRisks = new Map<MarketId, boolean>();

  async function marketOf(tokenId: TokenId, signal: AbortSignal): Promise<ManualMarket | null> {
    const marketId = await fetchMarketOfToken(client, tokenId, signal);
    if (marketId === null) return null;
    const negRisk = [false, true].find((each) => outcomeTokens(marketId, each).includes(tokenId));
    const [book, terms] = await Promise.all([books.fetchBook(tokenId, signal), books.fetchTerms(marketId, signal)]);
    if (negRisk === undefined || book === null || terms?.acceptingOrders !== true) return null;
    negRisks.set(marketId, negRisk);
    const tokenIds = outcomeTokens(marketId, negRisk);
    return { marketId, tokenIds, outcomeIndex: tokenIds.indexOf(tokenId) as OutcomeIndex, book, terms };
  }

  const exchangeOf: LiveVenueDeps["exchangeOf"] = async (marketId) => {
    const negRisk = negRisks.get(marketId);
    return negRisk === undefined ? null : { marketVersion: isProtocolCondition(marketId) ? "v2" : "v1", negRisk };
  };
  return { marketOf, exchangeOf };
}
