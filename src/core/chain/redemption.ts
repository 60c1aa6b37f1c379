import {
  concatHex,
  encodeFunctionData,
  type Hex,
  hashMessage,
  hashTypedData,
  keccak256,
  numberToHex,
  parseAbi,
  stringToHex,
} from "viem";
import type { Address } from "../ids/ids.ts";
import { POLYGON_CHAIN_ID } from "./contracts.ts";
import { PROXY_FACTORY, RELAY_HUB, ZERO_ADDRESS } from "./infrastructure.ts";
import type { WalletCall } from "./redeem-call.ts";

type Common = { readonly owner: Address; readonly wallet: Address; readonly call: WalletCall; readonly nonce: bigint };

/** How a call gets onto the chain: from an EOA as its own transaction, for a contract wallet through the relayer. */
export type Redemption =
  | (Common & {
      readonly kind: "TRANSACTION";
      readonly gas: bigint;
      /** Wei. */
      readonly maxFeePerGas: bigint;
      readonly maxPriorityFeePerGas: bigint;
    })
  | RelayRequest;

/** What the relayer carries out for a proxy, a Safe or a deposit wallet, and pays the gas of (API sheet, section 5). */
export type RelayRequest =
  /** @see relay the account that the relayer sends from; part of what is signed */
  | (Common & { readonly kind: "PROXY"; readonly gasLimit: bigint; readonly relay: Address })
  | (Common & { readonly kind: "SAFE" })
  /** @see deadline unix seconds, after which the signature is worth nothing */
  | (Common & { readonly kind: "WALLET"; readonly deadline: number });

const PROXY_ABI = parseAbi([
  "function proxy((uint8 typeCode, address to, uint256 value, bytes data)[] calls) payable returns (bytes[])",
]);
const CALL = 1;
const SAFE_TX = [
  ...[
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "data", type: "bytes" },
  ],
  ...[
    { name: "operation", type: "uint8" },
    { name: "safeTxGas", type: "uint256" },
    { name: "baseGas", type: "uint256" },
  ],
  ...[
    { name: "gasPrice", type: "uint256" },
    { name: "gasToken", type: "address" },
  ],
  ...[
    { name: "refundReceiver", type: "address" },
    { name: "nonce", type: "uint256" },
  ],
] as const;
const BATCH = {
  Call: [
    { name: "target", type: "address" },
    { name: "value", type: "uint256" },
    { name: "data", type: "bytes" },
  ],
  Batch: [
    { name: "wallet", type: "address" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
    { name: "calls", type: "Call[]" },
  ],
} as const;
const chainId = POLYGON_CHAIN_ID;
const hex = (address: Address): Hex => address as string as Hex;
const word = (value: bigint): Hex => numberToHex(value, { size: 32 });

/** The proxy's factory finds the caller's proxy by itself; the call goes to it. */
export const proxyCallData = ({ to, data }: WalletCall): Hex =>
  encodeFunctionData({ abi: PROXY_ABI, args: [[{ typeCode: CALL, to: hex(to), value: 0n, data }]] });

/** What the owner's key signs, as the wallet's contract or the RelayHub checks it. */
export function relayDigest(request: RelayRequest): Hex {
  const { wallet, call, nonce } = request;
  switch (request.kind) {
    case "SAFE": {
      const message = {
        ...{ to: hex(call.to), value: 0n, data: call.data, operation: 0, safeTxGas: 0n, baseGas: 0n, gasPrice: 0n },
        ...{ gasToken: hex(ZERO_ADDRESS), refundReceiver: hex(ZERO_ADDRESS), nonce },
      };
      const domain = { chainId, verifyingContract: hex(wallet) };
      return hashMessage({
        raw: hashTypedData({ domain, types: { SafeTx: SAFE_TX }, primaryType: "SafeTx", message }),
      });
    }
    case "PROXY": {
      const struct = concatHex([
        ...[stringToHex("rlx:"), hex(request.owner), hex(PROXY_FACTORY), proxyCallData(call)],
        ...[word(0n), word(0n), word(request.gasLimit), word(nonce), hex(RELAY_HUB), hex(request.relay)],
      ]);
      return hashMessage({ raw: keccak256(struct) });
    }
    case "WALLET":
      return hashTypedData({
        domain: { name: "DepositWallet", version: "1", chainId, verifyingContract: hex(wallet) },
        types: BATCH,
        primaryType: "Batch",
        message: {
          ...{ wallet: hex(wallet), nonce, deadline: BigInt(request.deadline) },
          calls: [{ target: hex(call.to), value: 0n, data: call.data }],
        },
      });
  }
}

/** The signature as the relayer takes it: a Safe tells a signed message by a v that is higher by four. */
export function relaySignature({ kind }: RelayRequest, signature: Hex): Hex {
  if (kind !== "SAFE") return signature;
  const v = Number.parseInt(signature.slice(-2), 16) + 4;
  return `${signature.slice(0, -2)}${v.toString(16)}` as Hex;
}
