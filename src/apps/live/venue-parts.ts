import type { Environment } from "../../adapters/config/environment.ts";
import { openWalletChain } from "../../adapters/polygon/connect-polygon.ts";
import { createClobBookSource } from "../../adapters/polymarket-clob/book-source.ts";
import { createRelayerClient } from "../../adapters/polymarket-clob/relayer-client.ts";
import { readRow } from "../../adapters/polymarket-gamma/gamma-catalog.ts";
import { createGammaClient, type GammaClient } from "../../adapters/polymarket-gamma/gamma-client.ts";
import { createSystemClock } from "../../adapters/system/clock.ts";
import { systemRandom } from "../../adapters/system/random.ts";
import { AbortedError } from "../../core/errors.ts";
import type { Address, TokenId } from "../../core/ids/ids.ts";
import { parseAddress } from "../../core/ids/ids.ts";
import type { MarketInfo, OrderBook } from "../../core/market/market.ts";
import type { BookSource } from "../../ports/book-source.ts";
import type { Logger } from "../../ports/logger.ts";
import type { Relayer } from "../../ports/relayer.ts";
import type { WalletChain } from "../../ports/wallet-chain.ts";
import { USER_AGENT } from "../version.ts";

/** What commands that look or act at the venue by themselves are put together from. The network keeps real time. */
const TIMEOUT_MS = 10_000;
const MARKETS_LOOKED_AT = 100;

export const openBooks = ({ CLOB_URL: url }: Pick<Environment, "CLOB_URL">): BookSource =>
  createClobBookSource({ url, timeoutMs: TIMEOUT_MS, userAgent: USER_AGENT });

export const openGamma = ({ GAMMA_URL: baseUrl }: Pick<Environment, "GAMMA_URL">): GammaClient =>
  createGammaClient({ baseUrl, clock: createSystemClock(), random: systemRandom, attemptsMax: 2 });

/** @param attemptsMax tries per question; default: several */
export const openChain = (
  environment: Pick<Environment, "POLYGON_RPC_URL">,
  logger: Logger,
  attemptsMax?: number,
): WalletChain =>
  openWalletChain({
    ...(attemptsMax === undefined ? {} : { attemptsMax }),
    ...{ urls: environment.POLYGON_RPC_URL?.reveal() ?? null, clock: createSystemClock() },
    ...{ random: systemRandom, logger },
  });

type RelayerNames = Pick<Environment, "RELAYER_URL" | "RELAYER_API_KEY" | "RELAYER_API_KEY_ADDRESS">;

/** null: without a key it does nothing for us */
export function openRelayer(environment: RelayerNames, owner: Address): Relayer | null {
  const { RELAYER_URL: url, RELAYER_API_KEY: key, RELAYER_API_KEY_ADDRESS: address } = environment;
  if (key === null) return null;
  const apiKeyAddress = address === null ? owner : parseAddress(address);
  return createRelayerClient({
    url,
    timeoutMs: TIMEOUT_MS,
    userAgent: USER_AGENT,
    apiKey: key.reveal(),
    apiKeyAddress,
  });
}

/** Markets that take orders, those with the most trading first, as Gamma has them. */
export async function findOpenMarkets(gamma: GammaClient, signal: AbortSignal): Promise<readonly MarketInfo[]> {
  const query = [
    ...([
      ["closed", "false"],
      ["active", "true"],
    ] as const),
    ...([
      ["order", "volume24hr"],
      ["ascending", "false"],
    ] as const),
  ];
  const rows = await gamma.markets(query, signal, 1);
  return rows
    .slice(0, MARKETS_LOOKED_AT)
    .map(readRow)
    .flatMap((row) => ("reason" in row || !row.acceptingOrders ? [] : row));
}

/** The market's title and the outcome; where the catalogue does not say, the token. */
export async function nameToken(gamma: GammaClient, tokenId: TokenId, signal: AbortSignal): Promise<string> {
  try {
    const [row] = await gamma.markets([["clob_token_ids", tokenId]], signal, 1);
    const market = row === undefined ? { reason: "unknown" } : readRow(row);
    if (!("reason" in market)) return `${market.title}: ${market.outcomes[market.tokenIds.indexOf(tokenId)]}`;
  } catch (error) {
    if (error instanceof AbortedError) throw error;
  }
  return `token ${tokenId}`;
}

/** One token of a market with prices on both sides. */
export type PricedToken = {
  readonly market: MarketInfo;
  readonly outcomeIndex: 0 | 1;
  readonly book: OrderBook;
};

/** Of the first `count` markets, every token that can be bought and sold now. What has no book is left out. */
export async function readTokens(
  books: BookSource,
  markets: readonly MarketInfo[],
  count: number,
  signal: AbortSignal,
): Promise<readonly PricedToken[]> {
  const asked = markets.slice(0, count).flatMap((market) => [0 as const, 1 as const].map((at) => ({ market, at })));
  const found = await Promise.all(
    asked.map(async ({ market, at }) => ({
      ...{ market, outcomeIndex: at, book: await books.fetchBook(market.tokenIds[at], signal) },
    })),
  );
  return found.flatMap(({ market, outcomeIndex, book }) =>
    book === null || book.bids.length === 0 || book.asks.length === 0 ? [] : { market, outcomeIndex, book },
  );
}
