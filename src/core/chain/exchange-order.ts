import { concatHex, type Hex, hashDomain, keccak256, numberToHex, padHex, stringToHex } from "viem";
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

const ORDER_TYPE =
  "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount," +
  "uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder)";
const SIGN_TYPE = `TypedDataSign(Order contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)${ORDER_TYPE}`;
const DOMAIN_FIELDS = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
] as const;

const hashText = (text: string): Hex => keccak256(stringToHex(text));
const ORDER_TYPE_HASH = hashText(ORDER_TYPE);
/** What stands behind the hashes in a nested signature: the type and its length in two bytes. */
const ORDER_TYPE_TAIL = concatHex([stringToHex(ORDER_TYPE), numberToHex(ORDER_TYPE.length, { size: 2 })]);
const SIGN_TYPE_HASH = hashText(SIGN_TYPE);
const WALLET_NAME_HASH = hashText("DepositWallet");
const WALLET_VERSION_HASH = hashText("1");

/** @throws where it does not fit */
const word = (value: bigint | number): Hex => numberToHex(value, { size: 32 });
const addressWord = (address: Address): Hex => padHex(address as string as Hex);

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

/** `hashStruct` of EIP-712, by hand: each field is one word, and reading the types anew for each takes twice as long. */
const contentsHash = (order: ExchangeOrder): Hex =>
  keccak256(
    concatHex([
      ...[ORDER_TYPE_HASH, word(order.salt), addressWord(order.maker), addressWord(order.signer)],
      ...[word(BigInt(order.tokenId)), word(order.makerAmount), word(order.takerAmount)],
      ...[word(order.side === "BUY" ? 0 : 1), word(order.signatureType), word(order.timestamp)],
      ...[order.metadata, order.builder],
    ]),
  );

const eip712 = (domainSeparator: Hex, structHash: Hex): Hex =>
  keccak256(concatHex(["0x1901", domainSeparator, structHash]));

/** The id of the order at the venue and the `orderHash` of its fills (EIP-712). */
export const orderHash = (order: ExchangeOrder, domain: OrderDomain): OrderHash =>
  eip712(separator(domain), contentsHash(order)) as string as OrderHash;

/** What the owner's key signs: the order's hash, or for a deposit wallet the order nested in the wallet's domain (ERC-7739). */
export function signingDigest(order: ExchangeOrder, domain: OrderDomain): Hex {
  if (order.signatureType !== 3) return orderHash(order, domain) as string as Hex;
  const nested = keccak256(
    concatHex([
      ...[SIGN_TYPE_HASH, contentsHash(order), WALLET_NAME_HASH, WALLET_VERSION_HASH],
      ...[word(POLYGON_CHAIN_ID), addressWord(order.maker), ZERO_32],
    ]),
  );
  return eip712(separator(domain), nested);
}

/** The signature as the venue takes it; a deposit wallet's carries what the wallet needs to check the nesting. */
export function encodeSignature(order: ExchangeOrder, domain: OrderDomain, ownerSignature: Hex): Hex {
  if (order.signatureType !== 3) return ownerSignature;
  return concatHex([ownerSignature, separator(domain), contentsHash(order), ORDER_TYPE_TAIL]);
}
