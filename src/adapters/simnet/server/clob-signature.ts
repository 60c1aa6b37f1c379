import * as Secp256k1 from "ox/Secp256k1";
import * as Signature from "ox/Signature";
import { concatHex, type Hex, hashDomain, hashStruct, hexToString, keccak256, sliceHex, stringToHex } from "viem";

/** As it is on the wire; amounts are decimal text. */
export type WireOrder = {
  readonly salt: number;
  readonly maker: string;
  readonly signer: string;
  readonly tokenId: string;
  readonly makerAmount: string;
  readonly takerAmount: string;
  readonly side: "BUY" | "SELL";
  readonly signatureType: number;
  readonly timestamp: string;
  readonly expiration: string;
  readonly metadata: string;
  readonly builder: string;
  readonly signature: string;
};

/**
 * What the exchange contracts and the deposit wallets check, written down here a second time on purpose: what verifies
 * must not share its code with what signs.
 */
const ORDER_TYPE =
  "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount," +
  "uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder)";
const NESTED_TYPE =
  "TypedDataSign(Order contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)";
const EXCHANGES = {
  standard: { version: "2", verifyingContract: "0xE111180000d2663C0091e4f400237545B87B996B" },
  negRisk: { version: "2", verifyingContract: "0xe2222d279d744050d28e00520010520000310F59" },
  v3: { version: "3", verifyingContract: "0xe3333700cA9d93003F00f0F71f8515005F6c00Aa" },
} as const;
export type Exchange = keyof typeof EXCHANGES;
export const exchangeContract = (exchange: Exchange): string => EXCHANGES[exchange].verifyingContract;

const field = (text: string) => ({ type: text.split(" ")[0] ?? "", name: text.split(" ")[1] ?? "" });
const ORDER_FIELDS = ORDER_TYPE.slice("Order(".length, -1).split(",").map(field);
const DOMAIN_FIELDS = "string name,string version,uint256 chainId,address verifyingContract".split(",").map(field);
const CHAIN_ID = 137n;
const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, "0")}`;
const eip712 = (separator: Hex, struct: Hex): Hex => keccak256(concatHex(["0x1901", separator, struct]));

const separatorOf = (exchange: Exchange): Hex =>
  hashDomain({
    domain: { name: "Polymarket CTF Exchange", chainId: CHAIN_ID, ...EXCHANGES[exchange] },
    types: { EIP712Domain: DOMAIN_FIELDS } as Record<string, typeof DOMAIN_FIELDS>,
  });

const structOf = (order: WireOrder): Hex =>
  hashStruct({
    data: { ...order, side: order.side === "BUY" ? 0 : 1 },
    types: { Order: ORDER_FIELDS },
    primaryType: "Order",
  });

/** The order's id. */
export const hashOrder = (order: WireOrder, exchange: Exchange): Hex => eip712(separatorOf(exchange), structOf(order));

/** @returns whether the owner's key signed this order for this exchange; ERC-1271 over ERC-7739 for a deposit wallet */
export function isSignedBy(owner: string, order: WireOrder, exchange: Exchange): boolean {
  const signature = order.signature as Hex;
  const hash = hashOrder(order, exchange);
  if (order.signatureType === 3) return isWalletSignature({ owner, wallet: order.maker }, hash, signature);
  return bytesOf(signature) === ECDSA_BYTES && isRecovered(owner, hash, signature);
}

/** `isValidSignature` of a deposit wallet (ERC-1271): whether its owner has signed what hashes to `hash`. */
export function isWalletSignature(
  { owner, wallet }: { readonly owner: string; readonly wallet: string },
  hash: Hex,
  signature: Hex,
): boolean {
  const digest = nestedDigest(wallet, hash, signature);
  return digest !== null && isRecovered(owner, digest, signature);
}

function isRecovered(owner: string, payload: Hex, signature: Hex): boolean {
  try {
    const made = Signature.fromHex(sliceHex(signature, 0, ECDSA_BYTES));
    return Secp256k1.recoverAddress({ payload, signature: made }).toLowerCase() === owner.toLowerCase();
  } catch {
    // Not a point of the curve, or no hexadecimal.
    return false;
  }
}

const ECDSA_BYTES = 65;
const bytesOf = (hex: string): number => (hex.length - 2) / 2;

/** `owner's signature ‖ exchange's separator ‖ hash of the contents ‖ type of the contents ‖ length of that type`. */
function nestedDigest(wallet: string, hash: Hex, signature: Hex): Hex | null {
  const bytes = bytesOf(signature);
  const typeAt = ECDSA_BYTES + 64;
  if (bytes !== typeAt + ORDER_TYPE.length + 2) return null;
  const separator = sliceHex(signature, ECDSA_BYTES, ECDSA_BYTES + 32);
  const contents = sliceHex(signature, ECDSA_BYTES + 32, typeAt);
  const type = hexToString(sliceHex(signature, typeAt, bytes - 2));
  if (Number(sliceHex(signature, bytes - 2)) !== type.length || type !== ORDER_TYPE) return null;
  // The wallet is asked about the order's hash; what the signature carries must lead to the same.
  if (eip712(separator, contents) !== hash) return null;
  const struct = keccak256(
    concatHex([
      keccak256(stringToHex(NESTED_TYPE + type)),
      contents,
      keccak256(stringToHex("DepositWallet")),
      keccak256(stringToHex("1")),
      word(CHAIN_ID),
      word(BigInt(wallet)),
      word(0n),
    ]),
  );
  return eip712(separator, struct);
}
