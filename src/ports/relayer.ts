import type { RelayRequest } from "../core/chain/redemption.ts";
import type { Address, TxHash } from "../core/ids/ids.ts";

export type RelayState = "UNDER_WAY" | "CONFIRMED" | "FAILED";

/** What the relayer says of a request that it took. */
export type Relayed = {
  readonly id: string;
  readonly signature: `0x${string}`;
  readonly state: RelayState;
  /** null until it is sent. */
  readonly txHash: TxHash | null;
};

/**
 * Sends what contract wallets do and pays the gas. Every method throws TransientError (and its kinds) when there was no
 * answer, RejectedError for a proven no, PayloadError for an answer that cannot be read.
 */
export type Relayer = {
  /** What the next request of this kind has to carry. `relay` is part of what a proxy's owner signs. */
  nonce(
    owner: Address,
    kind: RelayRequest["kind"],
    signal: AbortSignal,
  ): Promise<{ readonly nonce: bigint; readonly relay: Address | null }>;
  /** @returns the id under which it is found again */
  submit(request: RelayRequest, signature: `0x${string}`, signal: AbortSignal): Promise<string>;
  /** null: unknown */
  transaction(id: string, signal: AbortSignal): Promise<Relayed | null>;
  /** The last ones of this owner's key. */
  recent(signal: AbortSignal): Promise<readonly Relayed[]>;
};
