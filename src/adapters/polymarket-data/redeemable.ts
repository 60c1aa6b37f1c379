import { z } from "zod";
import { isProtocolCondition } from "../../core/chain/position-id.ts";
import { protocolMarket } from "../../core/chain/protocol-markets.ts";
import { PayloadError } from "../../core/errors.ts";
import { type Address, parseMarketId } from "../../core/ids/ids.ts";
import type { ClaimCandidate } from "../../ports/settlement-store.ts";
import type { DataClient } from "./data-client.ts";
import { walkPages } from "./data-page.ts";

const row = z.object({
  condition_id: z
    .string()
    .regex(/^0x[0-9a-fA-F]{62,64}$/)
    .transform(parseMarketId),
  negative_risk: z.boolean().optional(),
});
const ROWS_MAX = 10_000;

/**
 * Markets of which the venue says that the wallet can redeem something (`/v2/positions?status=REDEEMABLE`). Those of
 * Protocol V2 say by their id whether they are neg-risk.
 * @throws AbortedError, TransientError and its kinds, RejectedError, PayloadError, ProviderInconsistencyError
 */
export async function fetchRedeemable(
  client: DataClient,
  wallet: Address,
  signal: AbortSignal,
): Promise<readonly ClaimCandidate[]> {
  const query = { user: wallet, status: "REDEEMABLE", limit: 100 };
  const { rows } = await walkPages(client, "/v2/positions", query, { order: "ranked", rowsMax: ROWS_MAX }, signal);
  const found = new Map<string, ClaimCandidate>();
  for (const each of rows) {
    const parsed = row.safeParse(each);
    const { condition_id: marketId, negative_risk: said } = parsed.data ?? {};
    const negRisk = marketId !== undefined && isProtocolCondition(marketId) ? protocolMarket(marketId).negRisk : said;
    if (marketId === undefined || negRisk === undefined)
      throw new PayloadError("DATA_API_MALFORMED", "a position that cannot be read");
    found.set(marketId, { marketId, negRisk });
  }
  return [...found.values()];
}
