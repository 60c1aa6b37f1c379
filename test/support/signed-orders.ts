import type { PrivateKeyAccount } from "viem/accounts";
import type { SimMarket } from "../../src/adapters/simnet/world/market.ts";
import {
  type ExchangeOrder,
  encodeSignature,
  orderDomain,
  orderHash,
  type SignedOrder,
  signingDigest,
  ZERO_32,
} from "../../src/core/chain/exchange-order.ts";
import type { Address, OrderHash } from "../../src/core/ids/ids.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { OWNER } from "./live-simnet.ts";

/** What a test is about. */
export type Change = {
  readonly order?: Partial<ExchangeOrder>;
  readonly sent?: Partial<Omit<SignedOrder, "order">>;
  readonly domain?: ReturnType<typeof orderDomain>;
  readonly key?: PrivateKeyAccount;
};

/** Ten shares at 0.98: crosses whatever the book does. */
export const CROSSING = { makerAmount: 9_800_000n, takerAmount: 10_000_000n };

let salt = 0n;

/** 100 shares of the first outcome at 0.02 for a deposit wallet, resting; signed without the signer's policy. */
export async function signResting(
  { clock }: { readonly clock: Clock },
  wallet: Address,
  market: SimMarket,
  change: Change = {},
): Promise<SignedOrder & { readonly hash: OrderHash }> {
  const [side, makerAmount, takerAmount] = ["BUY", 2_000_000n, 100_000_000n] as const;
  const order: ExchangeOrder = {
    ...{ side, makerAmount, takerAmount, salt: ++salt, maker: wallet, signer: wallet },
    ...{ tokenId: market.tokenIds()[0], signatureType: 3, timestamp: clock.nowMs() },
    ...{ metadata: ZERO_32, builder: ZERO_32, ...change.order },
  };
  const domain = change.domain ?? orderDomain("v1", market.negRisk);
  const ecdsa = await (change.key ?? OWNER).sign({ hash: signingDigest(order, domain) });
  const signature = encodeSignature(order, domain, ecdsa);
  const sent = { signature, expiration: 0, timeInForce: "GTC", postOnly: false, ...change.sent } as const;
  return { order, hash: orderHash(order, domain), ...sent };
}
