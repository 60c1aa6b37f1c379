import { type Hex, recoverAddress, size, slice } from "viem";
import { type Address, parseAddress, parseTokenId } from "../ids/ids.ts";
import type { EpochMs } from "../time/time.ts";
import {
  type ExchangeOrder,
  encodeSignature,
  type OrderDomain,
  orderHash,
  type SignatureType,
  signingDigest,
  ZERO_32,
} from "./exchange-order.ts";
import { ZERO_ADDRESS } from "./infrastructure.ts";

type Signatory = { readonly owner: Address; readonly wallet: Address; readonly signatureType: SignatureType };

/** Of no exchange: what is signed for it can be settled nowhere. */
const NOWHERE: OrderDomain = { version: "2", verifyingContract: ZERO_ADDRESS };
const ECDSA_BYTES = 65;

/** Nothing for nothing, to be signed as a real order is: shows that key, owner and wallet belong together. */
const trialOrder = ({ owner, wallet, signatureType }: Signatory, salt: number, timestamp: EpochMs): ExchangeOrder => ({
  ...{ salt: BigInt(salt), maker: wallet, signer: signatureType === 3 ? wallet : owner, tokenId: parseTokenId("0") },
  ...{ makerAmount: 0n, takerAmount: 0n, side: "SELL", signatureType, timestamp, metadata: ZERO_32, builder: ZERO_32 },
});

/** @param salt chosen by who asks, so that no old signature answers */
export function trialOf(by: Signatory, salt: number, timestamp: EpochMs) {
  const order = trialOrder(by, salt, timestamp);
  return {
    /** What the owner's key signs. */
    digest: signingDigest(order, NOWHERE),
    /** As a venue would take it. */
    encode: (ownerSignature: Hex): Hex => encodeSignature(order, NOWHERE, ownerSignature),
    /** What a contract wallet is asked about (ERC-1271). */
    hash: orderHash(order, NOWHERE),
    /** Whose key made it; rejects where it is no signature. */
    signerOf(signature: Hex): Promise<Address> {
      const inner = size(signature) < ECDSA_BYTES ? signature : slice(signature, 0, ECDSA_BYTES);
      return recoverAddress({ hash: signingDigest(order, NOWHERE), signature: inner }).then(parseAddress);
    },
  };
}
