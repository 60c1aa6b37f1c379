import * as Hash from "ox/Hash";
import * as Hex from "ox/Hex";
import * as PersonalMessage from "ox/PersonalMessage";
import * as Secp256k1 from "ox/Secp256k1";
import * as Signature from "ox/Signature";
import * as TypedData from "ox/TypedData";
import { decodeFunctionData, parseAbi } from "viem";
import type { WalletCall } from "../venue/wallet-calls.ts";

/** `POST /submit`, as far as it is checked (API sheet, section 5). */
export type Submitted = {
  readonly type: "SAFE" | "PROXY" | "WALLET";
  readonly from: string;
  readonly to: string;
  readonly proxyWallet: string;
  readonly data: string;
  readonly nonce: string;
  readonly signature: string;
  readonly signatureParams: Readonly<Record<string, string>>;
  readonly deadline: string;
  readonly calls: readonly { readonly target: string; readonly value: string; readonly data: string }[];
};

const PROXY_FACTORY = "0xab45c5a4b0c941a2f231c04c3f49182e1a254052";
const RELAY_HUB = "0xd216153c06e857cd7f72665e0af1d7d82172f494";
const DEPOSIT_FACTORY = "0x00000000000fb5c9adea0298d729a0cb3823cc07";
const PROXY_ABI = parseAbi([
  "function proxy((uint8 typeCode, address to, uint256 value, bytes data)[] calls) payable returns (bytes[])",
]);
const SAFE_TX =
  "address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce";
const fields = (text: string) =>
  text.split(",").map((each) => ({ type: each.split(" ")[0] ?? "", name: each.split(" ")[1] ?? "" }));
const hex = (text: string) => text as Hex.Hex;
const word = (value: string): Hex.Hex => Hex.fromNumber(BigInt(value), { size: 32 });

/** @returns the signer's address, lower case; null where the signature is none */
function recover(payload: Hex.Hex, signature: string, lowerV: number): string | null {
  try {
    const v = Number.parseInt(signature.slice(-2), 16) - lowerV;
    const { r, s } = Signature.fromHex(hex(`${signature.slice(0, -2)}1b`));
    return Secp256k1.recoverAddress({ payload, signature: { r, s, yParity: v - 27 } }).toLowerCase();
  } catch {
    return null;
  }
}

/** Gnosis takes a signature of the message's hash with v raised by four. */
function safeSigner(request: Submitted): string | null {
  const p = request.signatureParams;
  const message = {
    ...{ to: hex(request.to), value: 0n, data: hex(request.data), operation: Number(p.operation) },
    ...{ safeTxGas: BigInt(p.safeTxnGas ?? -1), baseGas: BigInt(p.baseGas ?? -1), gasPrice: BigInt(p.gasPrice ?? -1) },
    ...{ gasToken: hex(p.gasToken ?? "0x"), refundReceiver: hex(p.refundReceiver ?? "0x") },
    nonce: BigInt(request.nonce),
  };
  const hash = TypedData.getSignPayload({
    domain: { chainId: 137, verifyingContract: hex(request.proxyWallet) },
    types: { SafeTx: fields(SAFE_TX) },
    primaryType: "SafeTx",
    message,
  });
  return recover(PersonalMessage.getSignPayload(hash), request.signature, 4);
}

/** What the RelayHub checks: `keccak("rlx:" ‖ from ‖ to ‖ data ‖ fee ‖ gas price ‖ gas limit ‖ nonce ‖ hub ‖ relay)`. */
function proxySigner(request: Submitted): string | null {
  const p = request.signatureParams;
  const struct = Hex.concat(
    ...[Hex.fromString("rlx:"), hex(request.from), hex(request.to), hex(request.data)],
    ...[word(p.relayerFee ?? "1"), word(p.gasPrice ?? "1"), word(p.gasLimit ?? "0"), word(request.nonce)],
    ...[hex(p.relayHub ?? "0x"), hex(p.relay ?? "0x")],
  );
  return recover(PersonalMessage.getSignPayload(Hash.keccak256(struct)), request.signature, 0);
}

function walletSigner(request: Submitted): string | null {
  const payload = TypedData.getSignPayload({
    domain: { name: "DepositWallet", version: "1", chainId: 137, verifyingContract: hex(request.proxyWallet) },
    types: {
      Call: fields("address target,uint256 value,bytes data"),
      Batch: fields("address wallet,uint256 nonce,uint256 deadline,Call[] calls"),
    },
    primaryType: "Batch",
    message: {
      ...{ wallet: hex(request.proxyWallet), nonce: BigInt(request.nonce), deadline: BigInt(request.deadline) },
      calls: request.calls.map(({ target, value, data }) => ({
        ...{ target: hex(target), value: BigInt(value), data: hex(data) },
      })),
    },
  });
  return recover(payload, request.signature, 0);
}

/** Who signed it, and what it would have the wallet do; null where it is none of what the contracts take. */
export function readSubmitted(request: Submitted): { readonly signer: string; readonly calls: WalletCall[] } | null {
  const to = request.to.toLowerCase();
  const lower = (name: string): string => (request.signatureParams[name] ?? "").toLowerCase();
  try {
    if (request.type === "SAFE") {
      const signer = lower("operation") === "0" ? safeSigner(request) : null;
      return signer === null ? null : { signer, calls: [{ to, data: request.data }] };
    }
    if (request.type === "WALLET") {
      const signer = to === DEPOSIT_FACTORY ? walletSigner(request) : null;
      const calls = request.calls.map(({ target, data }) => ({ to: target, data }));
      return signer === null || request.calls.some(({ value }) => value !== "0") ? null : { signer, calls };
    }
    const signer = to === PROXY_FACTORY && lower("relayHub") === RELAY_HUB ? proxySigner(request) : null;
    const [calls] = decodeFunctionData({ abi: PROXY_ABI, data: hex(request.data) }).args;
    if (signer === null || calls.some(({ typeCode, value }) => typeCode !== 1 || value !== 0n)) return null;
    return { signer, calls: calls.map(({ to: target, data }) => ({ to: target, data })) };
  } catch {
    return null;
  }
}
