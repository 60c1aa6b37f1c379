import { type Hex, keccak256, toHex } from "viem";
import type { Address, MarketId, TokenId } from "../../ids/ids.ts";
import { BINARY_MODULE, COMBINATORIAL_MODULE, NEG_RISK_MODULE, ROUTER, ZERO_ADDRESS } from "../infrastructure.ts";
import { positionTokens } from "../position-id.ts";
import { ctfMerge, ctfRedeem, type ModelChain, type ModelMarket } from "./model-chain.ts";

/** Protocol V2: PositionManager and its modules. A market's `collateral` is the module that it belongs to. */

const PM = "positionManager";
const MODULES = [undefined, BINARY_MODULE, NEG_RISK_MODULE, COMBINATORIAL_MODULE] as const;

export function protocolMarket(module: 1 | 2 | 3, seed: string, arity = 0, index = 0): ModelMarket {
  const base = keccak256(toHex(seed)).slice(2, 34);
  const field = (value: number, bytes: number): string => value.toString(16).padStart(2 * bytes, "0");
  const id = `0x${field(module, 1)}${base}${field(arity, 2)}${field(0, 8)}${field(0, 2)}${field(index, 2)}` as MarketId;
  return { id, collateral: MODULES[module] as Address, tokens: positionTokens(id) };
}

/** Every market of an event, "Other" last. */
export const protocolEvent = (seed: string, arity: number): readonly ModelMarket[] =>
  Array.from({ length: arity + 1 }, (_, index) => protocolMarket(2, seed, arity, index));

export const eventIdOf = (market: ModelMarket): Hex => market.id.slice(0, 60) as Hex;

const SPLIT =
  "event PositionsSplit(address indexed initiator, bytes31 indexed conditionId, address indexed recipient0, address recipient1, uint256 amount)";
const MERGED =
  "event PositionsMerged(address indexed initiator, bytes31 indexed conditionId, address indexed recipient, uint256 amount)";
const REDEEMED =
  "event PositionRedeemed(address indexed initiator, uint256 indexed positionId, address indexed recipient, uint256 amount, uint256 payout)";
const HORIZONTAL =
  "event HorizontalSplit(address indexed initiator, bytes29 indexed eventId, address indexed recipient, uint256 amount)";
const CONVERTED =
  "event PositionConverted(address indexed initiator, bytes29 indexed eventId, address indexed recipient, uint256 conditionIndex, uint256 amount)";
const MIGRATED =
  "event PositionMigrated(address indexed from, bytes31 indexed conditionId, uint256 indexed positionId, uint256 outcomeIndex, uint256 amount)";

export function mint(chain: ModelChain, module: Address, to: Address, token: TokenId, amount: bigint): void {
  chain.single(PM, { operator: module, from: ZERO_ADDRESS, to }, token, amount);
}

export function burn(chain: ModelChain, module: Address, tokens: readonly TokenId[], amount: bigint): void {
  const move = { operator: module, from: module, to: ZERO_ADDRESS };
  if (tokens.length === 1) chain.single(PM, move, tokens[0] as TokenId, amount);
  else
    chain.batch(
      PM,
      move,
      tokens,
      tokens.map(() => amount),
    );
}

/** Tokens are handed to the module before it is called, by the router or by the user. */
export function handOver(
  chain: ModelChain,
  operator: Address,
  by: Address,
  module: Address,
  tokens: readonly TokenId[],
  amount: bigint,
): void {
  for (const token of tokens) chain.single(PM, { operator, from: by, to: module }, token, amount);
}

export function moduleSplit(
  chain: ModelChain,
  initiator: Address,
  market: ModelMarket,
  amount: bigint,
  yesTo: Address,
  noTo: Address,
): void {
  const module = market.collateral;
  mint(chain, module, yesTo, market.tokens[0], amount);
  mint(chain, module, noTo, market.tokens[1], amount);
  chain.emit(module, SPLIT, [initiator, market.id, yesTo, noTo, amount]);
}

export function moduleMerge(
  chain: ModelChain,
  initiator: Address,
  market: ModelMarket,
  amount: bigint,
  recipient: Address,
): void {
  const module = market.collateral;
  burn(chain, module, [market.tokens[0]], amount);
  burn(chain, module, [market.tokens[1]], amount);
  chain.emit(module, MERGED, [initiator, market.id, recipient, amount]);
}

export function moduleRedeem(
  chain: ModelChain,
  initiator: Address,
  market: ModelMarket,
  outcome: 0 | 1,
  amount: bigint,
  recipient: Address,
): bigint {
  const payout = (amount * (chain.payouts.get(market.id)?.[outcome] ?? 0n)) / 1_000_000n;
  burn(chain, market.collateral, [market.tokens[outcome]], amount);
  chain.emit(market.collateral, REDEEMED, [initiator, BigInt(market.tokens[outcome]), recipient, amount, payout]);
  return payout;
}

export function horizontalSplit(
  chain: ModelChain,
  by: Address,
  event: readonly ModelMarket[],
  amount: bigint,
): readonly TokenId[] {
  const yes = event.map(({ tokens }) => tokens[0]);
  chain.batch(
    PM,
    { operator: NEG_RISK_MODULE, from: ZERO_ADDRESS, to: by },
    yes,
    yes.map(() => amount),
  );
  chain.emit(NEG_RISK_MODULE, HORIZONTAL, [ROUTER, eventIdOf(event[0] as ModelMarket), by, amount]);
  return yes;
}

export function horizontalMerge(
  chain: ModelChain,
  by: Address,
  event: readonly ModelMarket[],
  amount: bigint,
): readonly TokenId[] {
  const yes = event.map(({ tokens }) => tokens[0]);
  handOver(chain, ROUTER, by, NEG_RISK_MODULE, yes, amount);
  burn(chain, NEG_RISK_MODULE, yes, amount);
  const signature = HORIZONTAL.replace("HorizontalSplit", "HorizontalMerge");
  chain.emit(NEG_RISK_MODULE, signature, [ROUTER, eventIdOf(event[0] as ModelMarket), by, amount]);
  return yes;
}

export function protocolConvert(
  chain: ModelChain,
  by: Address,
  event: readonly ModelMarket[],
  index: number,
  amount: bigint,
): readonly TokenId[] {
  const no = (event[index] as ModelMarket).tokens[1];
  const yes = event.filter((_, other) => other !== index).map(({ tokens }) => tokens[0]);
  handOver(chain, ROUTER, by, NEG_RISK_MODULE, [no], amount);
  for (const token of yes) mint(chain, NEG_RISK_MODULE, by, token, amount);
  burn(chain, NEG_RISK_MODULE, [no], amount);
  chain.emit(NEG_RISK_MODULE, CONVERTED, [ROUTER, eventIdOf(event[0] as ModelMarket), by, BigInt(index), amount]);
  return yes;
}

export type Migration = {
  readonly legacy: ModelMarket;
  readonly market: ModelMarket;
  readonly outcome: 0 | 1;
  readonly amount: bigint;
};

/** The module keeps the legacy tokens: it merges the pairs it has, and redeems what is resolved. */
export function migrate(chain: ModelChain, by: Address, module: Address, entries: readonly Migration[]): void {
  const legacy = entries.map(({ legacy: { tokens }, outcome }) => tokens[outcome]);
  const positions = entries.map(({ market: { tokens }, outcome }) => tokens[outcome]);
  const amounts = entries.map(({ amount }) => amount);
  chain.batch("conditionalTokens", { operator: module, from: by, to: module }, legacy, amounts);
  chain.batch(PM, { operator: module, from: ZERO_ADDRESS, to: by }, positions, amounts);
  for (const { legacy: old, market, outcome, amount } of entries) {
    if (chain.payouts.has(old.id)) ctfRedeem(chain, module, old, [1n, 2n]);
    else {
      const [first, second] = old.tokens.map((token) => chain.balance("conditionalTokens", module, token)) as [
        bigint,
        bigint,
      ];
      const pairs = first < second ? first : second;
      if (pairs > 0n) ctfMerge(chain, module, old, pairs);
    }
    chain.emit(module, MIGRATED, [by, market.id, BigInt(market.tokens[outcome]), BigInt(outcome), amount]);
  }
}
