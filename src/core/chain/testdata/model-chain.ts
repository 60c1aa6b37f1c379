import { type AbiEvent, encodeAbiParameters, type Hex, keccak256, parseAbiItem, toEventSelector, toHex } from "viem";
import { type Address, type BlockHash, type MarketId, parseAddress, type TokenId, type TxHash } from "../../ids/ids.ts";
import { CONDITIONAL_TOKENS, USDC_E, WRAPPED_COLLATERAL } from "../contracts.ts";
import type { TokenLedger } from "../decode-transfer.ts";
import type { RawLog } from "../fill.ts";
import { POSITION_MANAGER, ZERO_ADDRESS } from "../infrastructure.ts";
import { tokenIdOf } from "../token-ids.ts";

/**
 * A model of the token contracts: it keeps balances and emits the logs that the real contracts emit, in their order.
 * Written from the contracts' sources, not from the code under test.
 */

export const user = (index: number): Address => parseAddress(`0x${(0xabc000 + index).toString(16).padStart(40, "1")}`);
const zeros = "0".repeat(64);
export const TX = `0x${"77".repeat(32)}` as TxHash;

export type ModelMarket = {
  readonly id: MarketId;
  readonly tokens: readonly [TokenId, TokenId];
  readonly collateral: Address;
};

export function ctfMarket(seed: string, negRisk: boolean, id: string = keccak256(toHex(seed))): ModelMarket {
  const collateral = negRisk ? WRAPPED_COLLATERAL : USDC_E;
  const marketId = id as MarketId;
  return { id: marketId, collateral, tokens: [tokenIdOf(collateral, marketId, 0), tokenIdOf(collateral, marketId, 1)] };
}

const SINGLE =
  "event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value)";
const BATCH =
  "event TransferBatch(address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values)";

class TooLittleError extends Error {}

export type Move = { readonly operator: Address; readonly from: Address; readonly to: Address };

export class ModelChain {
  logs: RawLog[] = [];
  readonly balances = new Map<string, bigint>();
  readonly payouts = new Map<MarketId, readonly [bigint, bigint]>();
  #nextLogIndex = 0;

  emit(address: Address, signature: string, args: readonly unknown[]): void {
    this.logs.push(logOf(address, signature, args, this.#nextLogIndex));
    // Other contracts' logs stand in between.
    this.#nextLogIndex += 3;
  }

  /** As a call that reverts: nothing of it remains. @returns null when somebody held too little. */
  attempt<Result>(call: () => Result): Result | null {
    const before = { logs: this.logs.length, balances: [...this.balances] };
    try {
      return call();
    } catch (error) {
      if (!(error instanceof TooLittleError)) throw error;
      this.logs.splice(before.logs);
      this.balances.clear();
      for (const [key, balance] of before.balances) this.balances.set(key, balance);
      return null;
    }
  }

  balance(ledger: TokenLedger, holder: Address, tokenId: TokenId): bigint {
    return this.balances.get(`${ledger} ${holder} ${tokenId}`) ?? 0n;
  }

  single(ledger: TokenLedger, { operator, from, to }: Move, tokenId: TokenId, amount: bigint): void {
    this.#shift(ledger, from, to, tokenId, amount);
    this.emit(contractOf(ledger), SINGLE, [operator, from, to, BigInt(tokenId), amount]);
  }

  batch(
    ledger: TokenLedger,
    { operator, from, to }: Move,
    tokenIds: readonly TokenId[],
    amounts: readonly bigint[],
  ): void {
    tokenIds.forEach((tokenId, index) => {
      this.#shift(ledger, from, to, tokenId, amounts[index] ?? 0n);
    });
    this.emit(contractOf(ledger), BATCH, [operator, from, to, tokenIds.map(BigInt), amounts]);
  }

  #shift(ledger: TokenLedger, from: Address, to: Address, tokenId: TokenId, amount: bigint): void {
    const add = (holder: Address, delta: bigint): void => {
      if (holder === ZERO_ADDRESS) return;
      const balance = this.balance(ledger, holder, tokenId) + delta;
      if (balance < 0n) throw new TooLittleError(`${holder} has too little of ${tokenId}`);
      this.balances.set(`${ledger} ${holder} ${tokenId}`, balance);
    };
    add(from, -amount);
    add(to, amount);
  }
}

const contractOf = (ledger: TokenLedger): Address =>
  ledger === "conditionalTokens" ? CONDITIONAL_TOKENS : POSITION_MANAGER;

/** @param args in the order of the signature, the indexed ones among them. */
export function logOf(address: Address, signature: string, args: readonly unknown[], logIndex: number): RawLog {
  const event = parseAbiItem(signature) as AbiEvent;
  const inputs = event.inputs.map((input, index) => ({ ...input, value: args[index] }));
  const plain = inputs.filter((input) => input.indexed !== true);
  return {
    address,
    topics: [
      toEventSelector(event),
      ...inputs.filter((input) => input.indexed === true).map((input) => encodeAbiParameters([input], [input.value])),
    ],
    data: encodeAbiParameters(
      plain,
      plain.map((input) => input.value),
    ),
    blockNumber: 90_000_000,
    blockHash: `0x${"bb".repeat(32)}` as BlockHash,
    txHash: TX,
    txIndex: 0,
    logIndex,
  };
}

const CTF_SPLIT =
  "event PositionSplit(address indexed stakeholder, address collateralToken, bytes32 indexed parentCollectionId, bytes32 indexed conditionId, uint256[] partition, uint256 amount)";
const CTF_MERGE = CTF_SPLIT.replace("PositionSplit", "PositionsMerge");
const CTF_REDEEM =
  "event PayoutRedemption(address indexed redeemer, address indexed collateralToken, bytes32 indexed parentCollectionId, bytes32 conditionId, uint256[] indexSets, uint256 payout)";
const ROOT = `0x${zeros}` as Hex;
const CTF = "conditionalTokens";

export function ctfSplit(chain: ModelChain, by: Address, market: ModelMarket, amount: bigint): void {
  chain.batch(CTF, { operator: by, from: ZERO_ADDRESS, to: by }, market.tokens, [amount, amount]);
  chain.emit(CONDITIONAL_TOKENS, CTF_SPLIT, [by, market.collateral, ROOT, market.id, [1n, 2n], amount]);
}

export function ctfMerge(chain: ModelChain, by: Address, market: ModelMarket, amount: bigint): void {
  chain.batch(CTF, { operator: by, from: by, to: ZERO_ADDRESS }, market.tokens, [amount, amount]);
  chain.emit(CONDITIONAL_TOKENS, CTF_MERGE, [by, market.collateral, ROOT, market.id, [1n, 2n], amount]);
}

/** Burns the caller's whole balance of each index set. @returns the payout. */
export function ctfRedeem(chain: ModelChain, by: Address, market: ModelMarket, indexSets: readonly bigint[]): bigint {
  const numerators = chain.payouts.get(market.id);
  if (numerators === undefined) throw new Error("not resolved");
  let payout = 0n;
  for (const indexSet of indexSets) {
    const outcome = indexSet === 1n ? 0 : 1;
    const held = chain.balance(CTF, by, market.tokens[outcome]);
    if (held === 0n) continue;
    payout += (held * numerators[outcome]) / (numerators[0] + numerators[1]);
    chain.single(CTF, { operator: by, from: by, to: ZERO_ADDRESS }, market.tokens[outcome], held);
  }
  chain.emit(CONDITIONAL_TOKENS, CTF_REDEEM, [by, market.collateral, ROOT, market.id, indexSets, payout]);
  return payout;
}
