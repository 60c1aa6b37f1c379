import { z } from "zod";
import { type MarketId, parseMarketId, type TokenId } from "../../core/ids/ids.ts";
import type { ClobClient } from "./clob-client.ts";
import { parseAnswer } from "./private-requests.ts";

const answer = z.object({
  condition_id: z
    .string()
    .regex(/^0x[0-9a-fA-F]{62,64}$/)
    .transform(parseMarketId),
});

/** `GET /markets-by-token/{tokenId}`. @returns null for a token that the venue does not know. @throws as `ClobClient` */
export async function fetchMarketOfToken(
  client: ClobClient,
  tokenId: TokenId,
  signal: AbortSignal,
): Promise<MarketId | null> {
  const path = `/markets-by-token/${tokenId}`;
  const json = await client.get(path, signal);
  return json === null ? null : parseAnswer(answer, json, path).condition_id;
}
