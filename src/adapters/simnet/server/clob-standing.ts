import type { Account } from "../venue/records.ts";
import type { Venue } from "../venue/venue.ts";
import type { ApiKey } from "./clob-auth.ts";
import { exchangeContract } from "./clob-signature.ts";
import type { MarketIndex } from "./market-index.ts";
import { fail, ok, type Reply } from "./reply.ts";

const MAX_UINT256 = (2n ** 256n - 1n).toString();

/** What an account has, and whether it may buy. */
export function createStandingRoutes(venue: Venue, index: MarketIndex) {
  function accountOf(key: ApiKey, query: URLSearchParams): Account | undefined {
    const isOwn = venue.accounts.filter(({ owner }) => owner.toLowerCase() === key.owner);
    const type = query.get("signature_type");
    return type === null ? isOwn[0] : isOwn.find(({ signatureType }) => signatureType === Number(type));
  }

  function balance(key: ApiKey, query: URLSearchParams, isUpdate: boolean): Reply {
    const account = accountOf(key, query);
    if (account === undefined) return fail(400, "invalid signature type");
    if (isUpdate) {
      venue.stale.delete(account.index);
      return ok("");
    }
    const tokenId = query.get("token_id");
    const found = tokenId === null ? null : index.byToken(tokenId);
    const isCollateral = query.get("asset_type") === "COLLATERAL";
    if (!isCollateral && found === null) return fail(400, "invalid asset type or token id");
    const at = venue.settleTime();
    const { held, allowance } = venue.means(account, isCollateral ? null : found, at);
    const allowed = account.allowanceUsd === undefined || !isCollateral ? MAX_UINT256 : String(allowance);
    const allowances = Object.fromEntries(
      (["standard", "negRisk"] as const).map((exchange) => [exchangeContract(exchange), allowed]),
    );
    return ok({ balance: String(venue.stale.has(account.index) ? 0 : held), allowances });
  }

  return {
    balance,
    /** Whichever wallet it is about: the key belongs to the owner. */
    isClosedOnly: (key: ApiKey): boolean =>
      venue.accounts.some((each) => each.owner.toLowerCase() === key.owner && each.isClosedOnly === true),
  };
}
