import { z } from "zod";
import { PayloadError } from "../../core/errors.ts";
import { type Address, parseMarketId } from "../../core/ids/ids.ts";
import type { ClaimCandidate } from "../../ports/settlement-store.ts";
import type { DataClient } from "./data-client.ts";
import { walkPages } from "./data-page.ts";

const row = z.object({
  condition_id: z
    .string()
    .regex(/^0x[0-9a-fA-F]{64}$/)
    .transform(parseMarketId),
  negative_risk: z.boolean(),
});
const ROWS_MAX = 10_000;

/**
 * Markets of which the venue says that the wallet can redeem something (`/v2/positions?status=REDEEMABLE`). Positions of
 * Protocol V2 have shorter condition ids and are left out: nothing is known of how they are read.
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
    if (String(each.condition_id).length !== 66) continue;
    const parsed = row.safeParse(each);
    if (!parsed.success) throw new PayloadError("DATA_API_MALFORMED", "a position that cannot be read");
    const { condition_id: marketId, negative_risk: negRisk } = parsed.data;
    found.set(marketId, { marketId, negRisk });
  }
  return [...found.values()];
}
