import { type Abi, decodeFunctionResult, encodeFunctionData, type Hex, keccak256, toHex } from "viem";
import {
  CONDITIONAL_TOKENS,
  EXCHANGES,
  NEG_RISK_ADAPTER,
  USDC_E,
  WRAPPED_COLLATERAL,
} from "../../src/core/chain/contracts.ts";
import { type Address, type MarketId, parseAddress } from "../../src/core/ids/ids.ts";
import type { Anvil, Call } from "./anvil.ts";
import { conditionalTokens, type TestContracts, testContracts } from "./contracts.ts";

/** A market as the real Conditional Tokens knows it: every id is its own answer. */
export type NodeMarket = {
  readonly oracle: Address;
  readonly questionId: Hex;
  readonly conditionId: MarketId;
  readonly collateral: Address;
  readonly tokenIds: readonly [bigint, bigint];
};

/** One order's part in a match: gives `makerAmount`, takes `takerAmount`; 0 buys, 1 sells. */
export type MatchLeg = {
  readonly orderHash: Hex;
  readonly wallet: Address;
  readonly side: 0 | 1;
  readonly tokenId: bigint;
  readonly makerAmount: bigint;
  readonly takerAmount: bigint;
  readonly fee: bigint;
};

export type NodeMatch = { readonly market: NodeMarket; readonly taker: MatchLeg; readonly makers: readonly MatchLeg[] };

/** Calls are made here and sent by who wants them: into a block, or into the block that replaces one. */
export type NodePolymarket = {
  /** Trade, hold tokens, and have let every exchange take them. */
  readonly wallets: readonly Address[];
  readonly oracle: Address;
  /** Asks the contract; nothing is on the chain by that. */
  market(name: string, oracle?: Address): Promise<NodeMarket>;
  marketOf(oracle: Address, questionId: Hex): Promise<NodeMarket>;
  prepare(market: Pick<NodeMarket, "oracle" | "questionId">, outcomes?: number): Call;
  resolve(market: NodeMarket, payouts: readonly [number, number]): Call;
  split(wallet: Address, market: NodeMarket, amount: bigint): Call;
  merge(wallet: Address, market: NodeMarket, amount: bigint): Call;
  redeem(wallet: Address, market: NodeMarket): Call;
  transfer(from: Address, to: Address, tokenId: bigint, amount: bigint): Call;
  /** Through the collateral adapter, as users of V2 do. */
  adapter(action: "split" | "merge" | "redeem", wallet: Address, market: NodeMarket, amount: bigint): Call;
  match(exchange: Address, match: NodeMatch): Call;
  /** The logs of a match and nothing else. */
  matchLogs(exchange: Address, match: Omit<NodeMatch, "market">): Call;
  balance(wallet: Address, tokenId: bigint): Promise<bigint>;
  /** In USDC.e. */
  cash(wallet: Address): Promise<bigint>;
};

export const [V1, V1_NEG_RISK, V2, V2_NEG_RISK, V2_B, V3] = EXCHANGES.map(({ address }) => address) as [
  ...[Address, Address, Address],
  ...[Address, Address, Address],
];
export const COLLATERAL_ADAPTER = parseAddress("0xAdA100Db00Ca00073811820692005400218FcE1f");

const NO_COLLECTION: Hex = `0x${"00".repeat(32)}`;
const BOTH_OUTCOMES = [1n, 2n];
const RICHES = 1_000_000_000_000n;

/** Puts the contracts where Polygon has them, once for a chain; gives everybody collateral and every right. */
export async function deployPolymarket(node: Anvil): Promise<NodePolymarket> {
  const contracts = testContracts();
  const exchanges = [V2, V2_NEG_RISK, V2_B, V3];
  const code: readonly (readonly [Address, Hex])[] = [
    [CONDITIONAL_TOKENS, conditionalTokens().code],
    [COLLATERAL_ADAPTER, contracts.CollateralAdapter.code],
    ...[USDC_E, WRAPPED_COLLATERAL].map((at) => [at, contracts.TestCollateral.code] as const),
    ...[V1, V1_NEG_RISK].map((at) => [at, contracts.ExchangeV1.code] as const),
    ...exchanges.map((at) => [at, contracts.ExchangeV2.code] as const),
  ];
  for (const [address, bytes] of code) await node.ask("anvil_setCode", [address, bytes]);
  // Reports the results of neg-risk markets; nobody has its key.
  await node.ask("anvil_impersonateAccount", [NEG_RISK_ADAPTER]);
  const polymarket = await openPolymarket(node);
  const [operator, ...traders] = [polymarket.oracle, ...polymarket.wallets] as const;
  const mint = (token: Address, to: Address): Call =>
    callOf(operator, token, contracts.TestCollateral.abi, "mint", [to, RICHES]);
  const allow = (from: Address, to: Address): Call =>
    callOf(from, CONDITIONAL_TOKENS, conditionalTokens().abi, "setApprovalForAll", [to, true]);
  await node.mine([
    ...exchanges.map((to) => callOf(operator, to, contracts.ExchangeV2.abi, "start", [])),
    ...traders.flatMap((trader) => [mint(USDC_E, trader), mint(WRAPPED_COLLATERAL, trader)]),
    ...traders.flatMap((trader) =>
      [...EXCHANGES.map(({ address }) => address), COLLATERAL_ADAPTER].map((to) => allow(trader, to)),
    ),
  ]);
  return polymarket;
}

/** The same contracts on a node that was started again. */
export async function openPolymarket(node: Anvil): Promise<NodePolymarket> {
  const contracts = testContracts();
  const ctf = conditionalTokens().abi;
  const accounts = (await node.ask<string[]>("eth_accounts")).map(parseAddress);
  // Whom anvil plays it counts among its accounts.
  const own = accounts.filter((each) => each !== NEG_RISK_ADAPTER);
  const [operator, oracle, ...wallets] = own as [Address, Address, ...Address[]];

  const onTokens = (from: Address, functionName: string, args: readonly unknown[]): Call =>
    callOf(from, CONDITIONAL_TOKENS, ctf, functionName, args);
  async function askAt<T>(to: Address, abi: Abi, functionName: string, args: readonly unknown[]): Promise<T> {
    const result = await node.ask<Hex>("eth_call", [callOf(operator, to, abi, functionName, args), "latest"]);
    return decodeFunctionResult({ abi, functionName, data: result }) as T;
  }
  const ask: Ask = (functionName, args) => askAt(CONDITIONAL_TOKENS, ctf, functionName, args);
  const sets = ({ collateral, conditionId }: NodeMarket): unknown[] => [collateral, NO_COLLECTION, conditionId];
  const exchangeAbi = (exchange: Address): Abi =>
    contracts[exchange === V1 || exchange === V1_NEG_RISK ? "ExchangeV1" : "ExchangeV2"].abi;

  return {
    wallets,
    oracle,
    market: (name, by = oracle) => readMarket(ask, by, keccak256(toHex(name))),
    marketOf: (by, questionId) => readMarket(ask, by, questionId),
    prepare: (market, outcomes = 2) =>
      onTokens(operator, "prepareCondition", [market.oracle, market.questionId, BigInt(outcomes)]),
    resolve: (market, payouts) =>
      onTokens(market.oracle, "reportPayouts", [market.questionId, payouts.map((each) => BigInt(each))]),
    split: (wallet, market, amount) => onTokens(wallet, "splitPosition", [...sets(market), BOTH_OUTCOMES, amount]),
    merge: (wallet, market, amount) => onTokens(wallet, "mergePositions", [...sets(market), BOTH_OUTCOMES, amount]),
    redeem: (wallet, market) => onTokens(wallet, "redeemPositions", [...sets(market), BOTH_OUTCOMES]),
    transfer: (from, to, tokenId, amount) => onTokens(from, "safeTransferFrom", [from, to, tokenId, amount, "0x"]),
    adapter: (action, wallet, market, amount) =>
      callOf(wallet, COLLATERAL_ADAPTER, contracts.CollateralAdapter.abi, action, [market, amount]),
    match: (exchange, { market, taker, makers }) =>
      callOf(operator, exchange, exchangeAbi(exchange), "matchOrders", [market, taker, makers]),
    matchLogs: (exchange, { taker, makers }) =>
      callOf(operator, exchange, exchangeAbi(exchange), "emitMatch", [taker, makers]),
    balance: (wallet, tokenId) => ask<bigint>("balanceOf", [wallet, tokenId]),
    cash: (wallet) => askAt<bigint>(USDC_E, contracts.TestCollateral.abi, "balanceOf", [wallet]),
  };
}

const callOf = (from: Address, to: Address, abi: Abi, functionName: string, args: readonly unknown[]): Call => ({
  ...{ from: from as Hex, to: to as Hex },
  data: encodeFunctionData({ abi, functionName, args }),
});

type Ask = <T>(functionName: string, args: readonly unknown[]) => Promise<T>;

async function readMarket(ask: Ask, oracle: Address, questionId: Hex): Promise<NodeMarket> {
  const collateral = oracle === NEG_RISK_ADAPTER ? WRAPPED_COLLATERAL : USDC_E;
  const conditionId = await ask<MarketId>("getConditionId", [oracle, questionId, 2n]);
  const tokenId = async (indexSet: bigint): Promise<bigint> => {
    const collection = await ask<Hex>("getCollectionId", [NO_COLLECTION, conditionId, indexSet]);
    return ask<bigint>("getPositionId", [collateral, collection]);
  };
  return { oracle, questionId, conditionId, collateral, tokenIds: [await tokenId(1n), await tokenId(2n)] };
}

/** What both kinds of exchange emit, as the compiler reads their source: for reading logs without our decoders. */
export const eventAbi = ({ ExchangeV1, ExchangeV2 }: TestContracts = testContracts()): Abi =>
  [...ExchangeV1.abi, ...ExchangeV2.abi, ...conditionalTokens().abi].filter(({ type }) => type === "event");
