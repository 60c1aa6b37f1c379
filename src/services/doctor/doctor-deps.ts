import type { SignatureType } from "../../core/chain/exchange-order.ts";
import type { Address } from "../../core/ids/ids.ts";
import type { PriceMicros, UsdMicros } from "../../core/money/amounts.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { OrderSigner, SignerIdentity } from "../../ports/order-signer.ts";
import type { VenueAccess } from "../../ports/venue-access.ts";
import type { VenueClient } from "../../ports/venue-client.ts";
import type { WalletChain } from "../../ports/wallet-chain.ts";

/** One address that is only asked whether it answers as it should. */
export type Probe = {
  readonly check: string;
  /** What of the program stops without it. */
  readonly needs: string;
  readonly fix: string;
  readonly isVital: boolean;
  /** @throws what went wrong */
  readonly ask: (signal: AbortSignal) => Promise<void>;
};

export type NodeProbe = {
  readonly name: string;
  /** null: it answers. */
  readonly error: string | null;
  /** Of its newest block. */
  readonly blockTime: EpochMs | null;
};

export type SeenBook = {
  readonly title: string;
  readonly bid: PriceMicros;
  readonly ask: PriceMicros;
};

export type DoctorDeps = {
  readonly clock: Clock;
  readonly probes: readonly Probe[];
  readonly nodes: (signal: AbortSignal) => Promise<readonly NodeProbe[]>;
  readonly venueTime: (signal: AbortSignal) => Promise<EpochMs>;
  /** Of some market that trades; null: there is none. */
  readonly book: (signal: AbortSignal) => Promise<SeenBook | null>;
  /** null: paper, which needs no wallet. */
  readonly live: LiveDoctorDeps | null;
};

export type LiveDoctorDeps = {
  readonly access: VenueAccess;
  /** null: SIGNER_SOCKET is not set. */
  readonly signer: Pick<OrderSigner, "identity" | "signTrial"> | null;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** What the operator has said; null where nothing. */
  readonly expected: {
    readonly wallet: Address | null;
    readonly signatureType: SignatureType | null;
    readonly acknowledged: Address | null;
    readonly isLiveWanted: boolean;
    /** CLOB_API_KEY is set. */
    readonly hasApiKey: boolean;
    /** RELAYER_API_KEY_ADDRESS. */
    readonly relayerKeyAddress: Address | null;
    readonly capitalUsd: UsdMicros;
  };
  readonly chain: WalletChain;
  readonly openAccount: (
    signal: AbortSignal,
  ) => Promise<{ readonly identity: SignerIdentity; readonly client: VenueClient; readonly isClosedOnly: boolean }>;
  /** Whether the relayer takes its key; null: there is none. @throws RejectedError where it does not */
  readonly relayerKey: ((signal: AbortSignal) => Promise<unknown>) | null;
};
