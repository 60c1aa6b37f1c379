import { keccak256, toHex } from "viem";
import { type Address, parseAddress, type TokenId } from "../../ids/ids.ts";
import { NEG_RISK_ADAPTER } from "../contracts.ts";
import { NEG_RISK_VAULT, NO_TOKEN_BURN_ADDRESS } from "../infrastructure.ts";
import { conditionId, negRiskQuestionId } from "../token-ids.ts";
import { ctfMarket, ctfMerge, ctfRedeem, ctfSplit, type ModelChain, type ModelMarket } from "./model-chain.ts";

/** NegRiskAdapter, both generations of collateral adapters, and the redeemer. */

export type ModelNegRiskEvent = {
  readonly id: string;
  readonly feeBips: bigint;
  readonly markets: readonly ModelMarket[];
};

export function negRiskEvent(
  seed: string,
  questions: number,
  feeBips: bigint,
  id = `${keccak256(toHex(seed)).slice(0, 64)}00`,
): ModelNegRiskEvent {
  const markets = Array.from({ length: questions }, (_, index) =>
    ctfMarket("", true, conditionId(NEG_RISK_ADAPTER, negRiskQuestionId(id, index))),
  );
  return { id, feeBips, markets };
}

export const CTF_ADAPTERS = [
  "0xada100874d00e3331d00f2007a9c336a65009718",
  "0xada100db00ca00073811820692005400218fce1f",
].map(parseAddress);
export const NEG_RISK_CTF_ADAPTERS = [
  "0xada200001000ef00d07553cee7006808f895c6f1",
  "0xada2005600dec949baf300f4c6120000bdb6eaab",
].map(parseAddress);
export const REDEEMER = parseAddress("0xa1200000d0002264c9a1698e001292d00e1b00af");

const SPLIT = "event PositionSplit(address indexed stakeholder, bytes32 indexed conditionId, uint256 amount)";
const MERGE = "event PositionsMerge(address indexed stakeholder, bytes32 indexed conditionId, uint256 amount)";
const REDEEM =
  "event PayoutRedemption(address indexed redeemer, bytes32 indexed conditionId, uint256[] amounts, uint256 payout)";
const CONVERT =
  "event PositionsConverted(address indexed stakeholder, bytes32 indexed marketId, uint256 indexed indexSet, uint256 amount)";
const CTF = "conditionalTokens";
const NRA = NEG_RISK_ADAPTER;
const out = (to: Address) => ({ operator: NRA, from: NRA, to });
const into = (from: Address) => ({ operator: NRA, from, to: NRA });

export function negRiskSplit(chain: ModelChain, by: Address, market: ModelMarket, amount: bigint): void {
  ctfSplit(chain, NRA, market, amount);
  chain.batch(CTF, out(by), market.tokens, [amount, amount]);
  chain.emit(NRA, SPLIT, [by, market.id, amount]);
}

export function negRiskMerge(chain: ModelChain, by: Address, market: ModelMarket, amount: bigint): void {
  chain.batch(CTF, into(by), market.tokens, [amount, amount]);
  ctfMerge(chain, NRA, market, amount);
  chain.emit(NRA, MERGE, [by, market.id, amount]);
}

export function negRiskRedeem(
  chain: ModelChain,
  by: Address,
  market: ModelMarket,
  amounts: readonly [bigint, bigint],
): bigint {
  chain.batch(CTF, into(by), market.tokens, amounts);
  const payout = ctfRedeem(chain, NRA, market, [1n, 2n]);
  chain.emit(NRA, REDEEM, [by, market.id, amounts, payout]);
  return payout;
}

/** @returns what is handed out of each YES, and the collateral. */
export function negRiskConvert(
  chain: ModelChain,
  by: Address,
  event: ModelNegRiskEvent,
  indexSet: bigint,
  amount: bigint,
) {
  const isGiven = (index: number): boolean => ((indexSet >> BigInt(index)) & 1n) === 1n;
  const others = event.markets.filter((_, index) => !isGiven(index));
  const given = event.markets.filter((_, index) => isGiven(index));
  const all = (markets: readonly ModelMarket[], value: bigint): bigint[] => markets.map(() => value);
  const yes = others.map(({ tokens }): TokenId => tokens[0]);
  for (const market of others) ctfSplit(chain, NRA, market, amount);
  const no = (markets: readonly ModelMarket[]): TokenId[] => markets.map(({ tokens }) => tokens[1]);
  chain.batch(CTF, { operator: NRA, from: by, to: NO_TOKEN_BURN_ADDRESS }, no(given), all(given, amount));
  chain.batch(CTF, out(NO_TOKEN_BURN_ADDRESS), no(others), all(others, amount));
  const fee = (amount * event.feeBips) / 10_000n;
  if (others.length > 0) {
    if (fee > 0n) chain.batch(CTF, out(NEG_RISK_VAULT), yes, all(others, fee));
    chain.batch(CTF, out(by), yes, all(others, amount - fee));
  }
  chain.emit(NRA, CONVERT, [by, event.id, indexSet, amount]);
  return { given: no(given), received: yes, each: amount - fee, cash: BigInt(given.length - 1) * (amount - fee) };
}

const isNegRisk = (adapter: Address): boolean => NEG_RISK_CTF_ADAPTERS.includes(adapter);

export function adapterSplit(
  chain: ModelChain,
  adapter: Address,
  by: Address,
  market: ModelMarket,
  amount: bigint,
): void {
  if (isNegRisk(adapter)) negRiskSplit(chain, adapter, market, amount);
  else ctfSplit(chain, adapter, market, amount);
  chain.batch(CTF, { operator: adapter, from: adapter, to: by }, market.tokens, [amount, amount]);
}

export function adapterMerge(
  chain: ModelChain,
  adapter: Address,
  by: Address,
  market: ModelMarket,
  amount: bigint,
): void {
  chain.batch(CTF, { operator: adapter, from: by, to: adapter }, market.tokens, [amount, amount]);
  if (isNegRisk(adapter)) negRiskMerge(chain, adapter, market, amount);
  else ctfMerge(chain, adapter, market, amount);
}

/** Always the full balance of both outcomes. */
export function adapterRedeem(chain: ModelChain, adapter: Address, by: Address, market: ModelMarket): bigint {
  const [first, second] = market.tokens;
  const amounts = [chain.balance(CTF, by, first), chain.balance(CTF, by, second)] as const;
  chain.batch(CTF, { operator: adapter, from: by, to: adapter }, market.tokens, amounts);
  return isNegRisk(adapter)
    ? negRiskRedeem(chain, adapter, market, amounts)
    : ctfRedeem(chain, adapter, market, [1n, 2n]);
}

export function adapterConvert(
  chain: ModelChain,
  adapter: Address,
  by: Address,
  event: ModelNegRiskEvent,
  indexSet: bigint,
  amount: bigint,
) {
  const no = event.markets
    .filter((_, index) => ((indexSet >> BigInt(index)) & 1n) === 1n)
    .map(({ tokens }) => tokens[1]);
  chain.batch(
    CTF,
    { operator: adapter, from: by, to: adapter },
    no,
    no.map(() => amount),
  );
  const result = negRiskConvert(chain, adapter, event, indexSet, amount);
  const { received, each } = result;
  chain.batch(
    CTF,
    { operator: adapter, from: adapter, to: by },
    received,
    received.map(() => each),
  );
  return result;
}

/** An operator's batch: each user's balances are pulled and redeemed in turn. */
export function autoRedeem(chain: ModelChain, by: Address, market: ModelMarket, negRisk: boolean): bigint {
  const [first, second] = market.tokens;
  const amounts = [chain.balance(CTF, by, first), chain.balance(CTF, by, second)] as const;
  chain.batch(CTF, { operator: REDEEMER, from: by, to: REDEEMER }, market.tokens, amounts);
  return negRisk ? negRiskRedeem(chain, REDEEMER, market, amounts) : ctfRedeem(chain, REDEEMER, market, [1n, 2n]);
}
