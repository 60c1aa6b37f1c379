import { POLYGON_CHAIN_ID } from "../../core/chain/contracts.ts";
import { AbortedError, ConfigError } from "../../core/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { KnownLimits, LogSource } from "../../ports/log-source.ts";
import type { Logger } from "../../ports/logger.ts";
import type { WalletChain } from "../../ports/wallet-chain.ts";
import { createEndpoint, freshLimits } from "./endpoint.ts";
import { endpointNames, PUBLIC_ENDPOINTS, shownUrl, sortEndpoints } from "./endpoints.ts";
import { createFailOver } from "./fail-over.ts";
import { createSubscription } from "./head-subscription.ts";
import { createPolygonLogSource } from "./polygon-log-source.ts";
import { createRateLimiter } from "./rate-limiter.ts";
import { createRpcClient } from "./rpc-client.ts";
import { network, type Transport } from "./transport.ts";
import { createWalletChain } from "./wallet-chain.ts";

export type PolygonOptions = {
  /** `http(s)://` and `ws(s)://` mixed, best first; null: the public endpoints. */
  readonly urls: readonly string[] | null;
  /** Real time, also where the program's own clock runs faster: the network does not. */
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly chainId?: number;
  readonly timeoutMs?: number;
  readonly batchMax?: number;
  /** Tries per question, over all endpoints. */
  readonly attemptsMax?: number;
  readonly quietMs?: number;
  /** True for history: ranges are asked of all endpoints side by side. Following the chain asks one as long as it does well. */
  readonly isSpread?: boolean;
  readonly transport?: Transport;
  /** Limits that an earlier process learned; asked again when they are an hour old. */
  readonly known?: readonly KnownLimits[];
};

type EndpointOptions = Pick<PolygonOptions, "urls" | "clock" | "random" | "known"> &
  Required<Pick<PolygonOptions, "chainId" | "timeoutMs" | "batchMax" | "transport">>;

/** @throws ConfigError where a URL is none */
function createEndpoints({ urls, clock, random, transport, known = [], ...limits }: EndpointOptions) {
  const { http, ws } = sortEndpoints(urls ?? PUBLIC_ENDPOINTS);
  const names = endpointNames(http);
  const endpoints = http.map((url, index) => {
    const name = names[index] ?? shownUrl(url);
    const learned = freshLimits(known, name, clock.nowMs());
    const limiter = createRateLimiter(clock, learned?.callsPerSecond ?? null);
    const client = createRpcClient({ url, name, clock, transport, limiter, ...limits });
    return createEndpoint({ client, limiter, clock, random, known: learned });
  });
  return { endpoints, ws };
}

/** What wallets hold, and transactions. Nothing is asked before the first question. @throws ConfigError where a URL is none */
export function openWalletChain(
  options: Pick<PolygonOptions, "urls" | "clock" | "random" | "logger" | "attemptsMax">,
): WalletChain {
  const limits = { chainId: POLYGON_CHAIN_ID, timeoutMs: 10_000, batchMax: 20, transport: network };
  const { endpoints } = createEndpoints({ ...options, ...limits });
  const { clock, logger } = options;
  const attemptsMax = options.attemptsMax ?? Math.max(3, endpoints.length);
  return createWalletChain(createFailOver({ endpoints, clock, logger, attemptsMax, isSpread: false }));
}

/**
 * Waits until one endpoint has shown that it serves the chain; the others show it when they are first needed.
 * @throws ConfigError in one sentence when none does, or a URL is none; AbortedError.
 */
export async function connectPolygon(options: PolygonOptions, signal: AbortSignal): Promise<LogSource> {
  const { urls, clock, random, logger, timeoutMs = 15_000, batchMax = 20, quietMs = 20_000 } = options;
  const { transport = network, chainId = POLYGON_CHAIN_ID } = options;
  const { endpoints, ws } = createEndpoints({ ...options, transport, chainId, timeoutMs, batchMax });
  const clients = endpoints.map(({ client }) => client);
  try {
    const first = await Promise.any(clients.map((client) => client.verify(signal).then(() => client)));
    logger.info("connected", { endpoint: first.name, endpoints: clients.length, chainId });
  } catch (error) {
    if (signal.aborted) throw new AbortedError();
    const reasons = error instanceof AggregateError ? error.errors : [error];
    for (const [index, client] of clients.entries()) {
      logger.debug("endpoint failed", { endpoint: client.name, error: reasons[index] });
    }
    throw new ConfigError([
      notReached(
        clients.map((client) => client.name),
        urls === null,
      ),
    ]);
  }
  const attemptsMax = options.attemptsMax ?? Math.max(4, 2 * clients.length);
  const { isSpread = false } = options;
  const subscription = createSubscription({ urls: ws, clock, random, logger, quietMs, transport });
  return createPolygonLogSource(
    createFailOver({ endpoints, clock, logger, attemptsMax, isSpread }),
    subscription.subscribe,
    subscription.noteHead,
  );
}

function notReached(names: readonly string[], isPublic: boolean): string {
  const which = isPublic ? "None of the public Polygon endpoints" : "None of the endpoints in POLYGON_RPC_URL";
  const what = isPublic ? "set POLYGON_RPC_URL to one that you can reach" : "check POLYGON_RPC_URL";
  return `${which} (${names.join(", ")}) answers for Polygon: ${what}, or run \`npm run demo\`, which needs no network.`;
}
