import type { VenueAccount } from "../../core/execution/venue-order.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { RedemptionSigner } from "../../ports/redemption-signer.ts";
import type { Relayer } from "../../ports/relayer.ts";
import type { ClaimCandidate, SettlementStore } from "../../ports/settlement-store.ts";
import type { WalletChain } from "../../ports/wallet-chain.ts";

export type SettlementDeps = {
  readonly account: VenueAccount;
  readonly chain: WalletChain;
  /** null: there is no key for it. An EOA needs none. */
  readonly relayer: Relayer | null;
  readonly signer: RedemptionSigner;
  readonly store: SettlementStore;
  /** Markets that the venue says can be redeemed; it may be wrong or away, the chain decides. @throws TransientError and others */
  readonly redeemable: (signal: AbortSignal) => Promise<readonly ClaimCandidate[]>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What goes on failing and needs a person. */
  readonly alarm: (text: string) => void;
};
