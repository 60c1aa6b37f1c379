import { type Hex, hashTypedData } from "viem";
import { POLYGON_CHAIN_ID } from "./contracts.ts";

/** What the owner's key signs to make or derive API credentials (L1, API sheet, section 2.1). */
export function clobAuthDigest(address: Hex, timestampSeconds: number, nonce: number): Hex {
  return hashTypedData({
    domain: { name: "ClobAuthDomain", version: "1", chainId: POLYGON_CHAIN_ID },
    types: {
      ClobAuth: [
        { name: "address", type: "address" },
        { name: "timestamp", type: "string" },
        { name: "nonce", type: "uint256" },
        { name: "message", type: "string" },
      ],
    },
    primaryType: "ClobAuth",
    message: {
      address,
      timestamp: String(timestampSeconds),
      nonce: BigInt(nonce),
      message: "This message attests that I control the given wallet",
    },
  });
}
