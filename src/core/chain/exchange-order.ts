import { concatHex, encodePacked, type Hex, hashDomain, hashStruct, keccak256, stringToHex } from "viem";
import { PayloadError } from "../errors.ts";
import { type Address, type OrderHash, parseAddress, type TokenId } from "../ids/ids.ts";
import type { EpochMs } from "../time/time.ts";
import { POLYGON_CHAIN_ID } from "./contracts.ts";

/**
 * Who signs and who pays (API sheet, section 5): 0 an EOA for itself, 1 the owner of a proxy, 2 the owner of a Safe,
 * 3 a deposit wallet, whose owner signs inside it (ERC-1271 with ERC-7739).
 */
export type SignatureType = 0 | 1 | 2 | 3;

/**
 * The order that the exchange contracts of V2 and V3 settle; field order and widths are those of the struct (API sheet,
 * section 2.2). BUY gives collateral and takes shares, SELL the reverse; both in 10⁻⁶.
 */
export type ExchangeOrder = {
  /** Below 2^53: it travels as a JSON number. */
  readonly salt: bigint;
  /** Holds the money and the tokens. */
  readonly maker: Address;
  /** The owner's EOA; for a deposit wallet the wallet itself. */
  readonly signer: Address;
  readonly tokenId: TokenId;
  readonly makerAmount: bigint;
  readonly takerAmount: bigint;
  readonly side: "BUY" | "SELL";
  readonly signatureType: SignatureType;
  readonly timestamp: EpochMs;
  /** 32 bytes each, zero unless an integration uses them. */
  readonly metadata: Hex;
  readonly builder: Hex;
};

/** FAK: what is not filled at once is cancelled. FOK: all or nothing. GTC, GTD: rests. */
export type TimeInForce = "FAK" | "FOK" | "GTC" | "GTD";

/** All that is sent of an order, except who sends it. */
export type SignedOrder = {
  readonly order: ExchangeOrder;
  readonly signature: Hex;
  /** Seconds; 0 unless GTD. On the wire, but not signed. */
  readonly expiration: number;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
};

export type OrderDomain = { readonly version: "2" | "3"; readonly verifyingContract: Address };

export const ZERO_32: Hex = `0x${"0".repeat(64)}`;
const ORDER_NAME = "Polymarket CTF Exchange";
const STANDARD = parseAddress("0xE111180000d2663C0091e4f400237545B87B996B");
const NEG_RISK = parseAddress("0xe2222d279d744050d28e00520010520000310F59");
const PROTOCOL_V2 = parseAddress("0xe3333700cA9d93003F00f0F71f8515005F6c00Aa");

/**
 * @param marketVersion what Gamma says of the market: "v1" trades on the CTF exchanges, "v2" on ExchangeV3
 * @throws PayloadError for any other version: signing for a guessed contract gives an order that nobody can settle
 */
export function orderDomain(marketVersion: string, negRisk: boolean): OrderDomain {
  if (marketVersion === "v1") return { version: "2", verifyingContract: negRisk ? NEG_RISK : STANDARD };
  if (marketVersion === "v2") return { version: "3", verifyingContract: PROTOCOL_V2 };
  throw new PayloadError("MARKET_VERSION_UNKNOWN", `no exchange is known for market version "${marketVersion}"`);
}

const ORDER_FIELDS = [
  { name: "salt", type: "uint256" },
  { name: "maker", type: "address" },
  { name: "signer", type: "address" },
  { name: "tokenId", type: "uint256" },
  { name: "makerAmount", type: "uint256" },
  { name: "takerAmount", type: "uint256" },
  { name: "side", type: "uint8" },
  { name: "signatureType", type: "uint8" },
  { name: "timestamp", type: "uint256" },
  { name: "metadata", type: "bytes32" },
  { name: "builder", type: "bytes32" },
] as const;
const DOMAIN_FIELDS = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
] as const;
const ORDER_TYPE = `Order(${ORDER_FIELDS.map(({ name, type }) => `${type} ${name}`).join(",")})`;

const SIGN_FIELDS = [
  { name: "contents", type: "Order" },
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
  { name: "salt", type: "bytes32" },
] as const;
const TYPES = { Order: ORDER_FIELDS, TypedDataSign: SIGN_FIELDS };

const message = (order: ExchangeOrder) => ({
  ...order,
  maker: order.maker as string as Hex,
  signer: order.signer as string as Hex,
  tokenId: BigInt(order.tokenId),
  side: order.side === "BUY" ? 0 : 1,
  timestamp: BigInt(order.timestamp),
});

const separators = new Map<string, Hex>();

/** There are as many as exchanges; each is hashed once. */
function separator(domain: OrderDomain): Hex {
  const key = `${domain.version} ${domain.verifyingContract}`;
  const known = separators.get(key) ?? hashSeparator(domain);
  separators.set(key, known);
  return known;
}

const hashSeparator = ({ version, verifyingContract }: OrderDomain): Hex =>
  hashDomain({
    domain: {
      name: ORDER_NAME,
      version,
      chainId: BigInt(POLYGON_CHAIN_ID),
      verifyingContract: verifyingContract as Hex,
    },
    types: { EIP712Domain: [...DOMAIN_FIELDS] },
  });

const contentsHash = (order: ExchangeOrder): Hex =>
  hashStruct({ data: message(order), types: TYPES, primaryType: "Order" });

const eip712 = (domainSeparator: Hex, structHash: Hex): Hex =>
  keccak256(concatHex(["0x1901", domainSeparator, structHash]));

/** The id of the order at the venue and the `orderHash` of its fills (EIP-712). */
export const orderHash = (order: ExchangeOrder, domain: OrderDomain): OrderHash =>
  eip712(separator(domain), contentsHash(order)) as string as OrderHash;

/** What the owner's key signs: the order's hash, or for a deposit wallet the order nested in the wallet's domain (ERC-7739). */
export function signingDigest(order: ExchangeOrder, domain: OrderDomain): Hex {
  if (order.signatureType !== 3) return orderHash(order, domain) as string as Hex;
  const nested = hashStruct({
    data: {
      ...{ contents: message(order), name: "DepositWallet", version: "1", chainId: BigInt(POLYGON_CHAIN_ID) },
      ...{ verifyingContract: order.maker as string as Hex, salt: ZERO_32 },
    },
    types: TYPES,
    primaryType: "TypedDataSign",
  });
  return eip712(separator(domain), nested);
}

/** The signature as the venue takes it; a deposit wallet's carries what the wallet needs to check the nesting. */
export function encodeSignature(order: ExchangeOrder, domain: OrderDomain, ownerSignature: Hex): Hex {
  if (order.signatureType !== 3) return ownerSignature;
  const type = stringToHex(ORDER_TYPE);
  return concatHex([
    ...[ownerSignature, separator(domain), contentsHash(order), type],
    encodePacked(["uint16"], [ORDER_TYPE.length]),
  ]);
}
