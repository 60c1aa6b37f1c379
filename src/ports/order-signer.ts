import type { ExchangeOrder, OrderDomain, SignatureType } from "../core/chain/exchange-order.ts";
import type { Address } from "../core/ids/ids.ts";
import type { Refusal } from "../core/risk/limits.ts";
import type { SigningCode } from "../core/risk/signing-policy.ts";
import type { EpochMs } from "../core/time/time.ts";

/** Who signs, and for which wallet. */
export type SignerIdentity = {
  readonly owner: Address;
  readonly wallet: Address;
  readonly signatureType: SignatureType;
};

export type SignatureAnswer =
  | { readonly signed: true; readonly signature: `0x${string}` }
  | { readonly signed: false; readonly refusal: Refusal<SigningCode> };

/** Holds the key where the trading process cannot reach it, and signs nothing outside its own policy. */
export type OrderSigner = {
  /** @throws TransientError when the signer does not answer, PayloadError when it answers nonsense */
  identity(signal: AbortSignal): Promise<SignerIdentity>;
  /** The same order may be asked for again; the signature is the same. @throws as `identity` */
  signOrder(order: ExchangeOrder, domain: OrderDomain, signal: AbortSignal): Promise<SignatureAnswer>;
  /**
   * The trial order of that salt and time (`core/chain/trial-order.ts`), which can be settled nowhere, signed as an order
   * is. @throws as `identity`
   */
  signTrial(salt: number, timestamp: EpochMs, signal: AbortSignal): Promise<`0x${string}`>;
  /** The attestation that makes or derives API credentials. @throws as `identity` */
  signAttestation(timestampSeconds: number, nonce: number, signal: AbortSignal): Promise<`0x${string}`>;
};
