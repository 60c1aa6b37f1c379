import { concat, type Hex, keccak256, numberToHex } from "viem";
import { type Address, type MarketId, type TokenId, toTokenId } from "../ids/ids.ts";
import type { MarketTokens, OutcomeIndex } from "../market/market.ts";
import { NEG_RISK_ADAPTER, USDC_E, WRAPPED_COLLATERAL } from "./contracts.ts";

/**
 * Ids of Conditional Tokens, as the contract computes them (gnosis/conditional-tokens-contracts, `CTHelpers.sol`;
 * on-chain sheet, section 5.3). They make titles and APIs unnecessary for knowing which market a token belongs to.
 */

/** Prime of the field of alt_bn128, on which collection ids are points. */
const P = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
const ODD_FLAG = 1n << 254n;
const TOP_BIT = 1n << 255n;
const SQUARE_ROOT_EXPONENT = (P + 1n) / 4n;

/** `conditionId = keccak256(oracle ‖ questionId ‖ 2)`. */
export const conditionId = (oracle: Address, questionId: string): MarketId =>
  keccak256(concat([oracle as Hex, questionId as Hex, numberToHex(2, { size: 32 })])) as MarketId;

/** `questionId = marketId + index` of a neg-risk market, whose id ends in a zero byte. */
export const negRiskQuestionId = (negRiskMarketId: string, index: number): string =>
  numberToHex(BigInt(negRiskMarketId) + BigInt(index), { size: 32 });

/** The collection of one outcome: the x of a curve point, with the parity of its y in bit 254. */
export function collectionId(condition: MarketId, outcome: OutcomeIndex): string {
  const indexSet = numberToHex(outcome + 1, { size: 32 });
  const hash = BigInt(keccak256(concat([condition as Hex, indexSet])));
  const wantsOdd = (hash & TOP_BIT) !== 0n;
  let x = hash % P;
  let y: bigint | null = null;
  while (y === null) {
    x = (x + 1n) % P;
    y = squareRoot((x * x * x + 3n) % P);
  }
  const yIsOdd = (y & 1n) === 1n;
  const rootIsOdd = yIsOdd === wantsOdd ? yIsOdd : !yIsOdd;
  return numberToHex(rootIsOdd ? x ^ ODD_FLAG : x, { size: 32 });
}

/** `positionId = keccak256(collateral ‖ collectionId)`, the id of the ERC-1155 token. */
export const tokenIdOf = (collateral: Address, condition: MarketId, outcome: OutcomeIndex): TokenId =>
  toTokenId(BigInt(keccak256(concat([collateral as Hex, collectionId(condition, outcome) as Hex]))));

type Tokens = readonly [TokenId, TokenId];

/** A square root modulo P takes longer than everything else about a log, and markets come again. */
const TOKENS_REMEMBERED = 50_000;
const remembered = new Map<string, Tokens>();

/** The tokens of both outcomes of a condition, in this collateral. */
export function tokensOfCondition(condition: MarketId, collateral: Address): Tokens {
  const key = `${collateral}${condition}`;
  let tokens = remembered.get(key);
  if (tokens === undefined) {
    tokens = [tokenIdOf(collateral, condition, 0), tokenIdOf(collateral, condition, 1)];
    if (remembered.size >= TOKENS_REMEMBERED) remembered.clear();
    remembered.set(key, tokens);
  }
  return tokens;
}

/** Both tokens of a market. A neg-risk market is one whose oracle is the NegRiskAdapter; it has its own collateral. */
export function marketTokens(condition: MarketId, oracle: Address): MarketTokens {
  const negRisk = oracle === NEG_RISK_ADAPTER;
  const collateral = negRisk ? WRAPPED_COLLATERAL : USDC_E;
  return {
    marketId: condition,
    negRisk,
    tokenIds: tokensOfCondition(condition, collateral),
  };
}

/** @returns null for a value that is no square modulo P. */
function squareRoot(value: bigint): bigint | null {
  const root = modPow(value, SQUARE_ROOT_EXPONENT);
  return (root * root) % P === value ? root : null;
}

function modPow(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * factor) % P;
    factor = (factor * factor) % P;
  }
  return result;
}
