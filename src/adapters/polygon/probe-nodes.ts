import { POLYGON_CHAIN_ID } from "../../core/chain/contracts.ts";
import { AbortedError, PayloadError } from "../../core/errors.ts";
import { type EpochMs, fromUnixSeconds } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";
import { endpointNames, PUBLIC_ENDPOINTS, sortEndpoints } from "./endpoints.ts";
import { createRpcClient } from "./rpc-client.ts";
import { parseHeader } from "./rpc-schemas.ts";

export type ProbedNode = {
  readonly name: string;
  /** null: it answers. */
  readonly error: string | null;
  readonly blockTime: EpochMs | null;
};

const TIMEOUT_MS = 8_000;

/**
 * Asks each endpoint by itself which chain it serves and how new its newest block is.
 * @throws ConfigError where a URL is none, AbortedError
 */
export async function probeNodes(
  urls: readonly string[] | null,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly ProbedNode[]> {
  const { http } = sortEndpoints(urls ?? PUBLIC_ENDPOINTS);
  const names = endpointNames(http);
  return Promise.all(
    http.map(async (url, index): Promise<ProbedNode> => {
      const name = names[index] ?? "";
      const client = createRpcClient({
        ...{ url, name, clock, chainId: POLYGON_CHAIN_ID, timeoutMs: TIMEOUT_MS, batchMax: 1 },
      });
      try {
        await client.verify(signal);
        const [answer] = await client.call([{ method: "eth_getBlockByNumber", params: ["latest", false] }], signal);
        const header = parseHeader(answer);
        if (header === null) throw new PayloadError("HEAD_MISSING", "the endpoint has no latest block");
        return { name, error: null, blockTime: fromUnixSeconds(header.timestamp) };
      } catch (error) {
        if (error instanceof AbortedError) throw error;
        return { name, error: error instanceof Error ? error.message : String(error), blockTime: null };
      }
    }),
  );
}
