import { isPositionToken } from "../../core/chain/position-id.ts";
import { AbortedError, TransientError } from "../../core/errors.ts";
import type { TokenId } from "../../core/ids/ids.ts";
import { shares, usd } from "../../core/money/amounts.ts";
import type { CancelAnswer, VenueClient } from "../../ports/venue-client.ts";
import { anything, balanceAnswer, cancelAnswer, closedOnlyAnswer, orderRow, ownTrades } from "./account-schemas.ts";
import { readOrderAnswer } from "./order-answer.ts";
import { orderBody } from "./order-body.ts";
import { type AccountOptions, createPrivateRequests } from "./private-requests.ts";
import { fetchVenueTime } from "./venue-time.ts";

/** Our account over the CLOB's REST with API credentials (L2, API sheet, sections 2.1 and 2.3). */
export function createAccountClient(options: AccountOptions): VenueClient {
  const { ask, exchange, read, readAll } = createPrivateRequests(options);

  async function cancel(path: string, body: string, signal: AbortSignal): Promise<CancelAnswer> {
    const answer = await read({ method: "DELETE", path, body }, cancelAnswer, signal);
    return { cancelled: answer.canceled, notCancelled: new Map(Object.entries(answer.not_canceled)) };
  }

  async function balance(asset: string, refresh: boolean, signal: AbortSignal) {
    const path = "/balance-allowance";
    const asked = { method: "GET", query: `?${asset}&signature_type=${options.signatureType}`, body: "" } as const;
    if (refresh) await ask({ ...asked, path: `${path}/update` }, anything, signal);
    return read({ ...asked, path }, balanceAnswer, signal);
  }

  return {
    async postOrder(order, signal) {
      const body = orderBody(order, options.credentials.key);
      try {
        return readOrderAnswer(await exchange({ method: "POST", path: "/order", body }, signal));
      } catch (error) {
        if (error instanceof AbortedError || !(error instanceof TransientError)) throw error;
        return { kind: "unknown", text: error.message };
      }
    },
    order: (hash, signal) => ask({ method: "GET", path: `/data/order/${hash}`, body: "" }, orderRow, signal),
    openOrders: (signal) => readAll("/data/orders", "", orderRow, signal),
    async trades(since, signal) {
      const after = `after=${Math.floor(since / 1_000)}&`;
      return (await readAll("/data/trades", after, ownTrades(options.credentials.key), signal)).flat();
    },
    cancel: (hashes, signal) => cancel("/orders", JSON.stringify(hashes), signal),
    cancelAll: (signal) => cancel("/cancel-all", "", signal),
    async collateral(refresh, signal) {
      const { balance: held, allowances = {} } = await balance("asset_type=COLLATERAL", refresh, signal);
      const [first = 0n, ...rest] = Object.values(allowances);
      return {
        balanceUsd: usd(held),
        allowanceUsd: usd(rest.reduce((least, one) => (one < least ? one : least), first)),
      };
    },
    async shares(tokenId, refresh, signal) {
      const { balance: held } = await balance(`asset_type=${assetType(tokenId)}&token_id=${tokenId}`, refresh, signal);
      return shares(held);
    },
    async isClosedOnly(signal) {
      const asked = { method: "GET", path: "/auth/ban-status/closed-only", body: "" } as const;
      return (await read(asked, closedOnlyAnswer, signal)).closed_only;
    },
    time: (signal) => fetchVenueTime(options, signal),
  };
}

/** Positions of Protocol V2 are kept apart (API sheet, section 2.3). */
const assetType = (tokenId: TokenId): string => (isPositionToken(tokenId) ? "CONDITIONAL-V2" : "CONDITIONAL");
