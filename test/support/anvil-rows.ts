import { type Abi, decodeEventLog, type Hex, toEventSelector, toHex } from "viem";
import { CONDITIONAL_TOKENS, EXCHANGES, NEG_RISK_ADAPTER } from "../../src/core/chain/contracts.ts";
import { parseAddress } from "../../src/core/ids/ids.ts";
import { type Anvil, WHOLE_CHAIN } from "./anvil.ts";
import { eventAbi, openPolymarket } from "./anvil-polymarket.ts";

/** What the tables must say, read from the node's own `eth_getLogs` without any of our decoders. */
export type ChainRows = {
  readonly trades: readonly TradeRow[];
  readonly markets: readonly MarketRow[];
  readonly resolutions: readonly ResolutionRow[];
  readonly wallets: readonly WalletRow[];
};

/** Integers are micros and travel as text. */
export type TradeRow = {
  readonly at: string;
  readonly tx_hash: string;
  readonly seconds: number;
  readonly exchange: string;
  readonly exchange_version: number;
  readonly order_hash: string;
  readonly wallet: string;
  readonly counterparty: string | null;
  readonly is_maker: boolean;
  readonly market_id: string | null;
  readonly outcome_index: number | null;
  readonly token_id: string;
  readonly side: string;
  readonly size: string;
  readonly cash: string;
  readonly fee: string;
  readonly match_id: string;
  readonly is_final: boolean;
};
export type MarketRow = {
  readonly market_id: string;
  readonly prepared_block: number;
  readonly neg_risk: boolean;
  readonly tokens: readonly string[];
};
export type ResolutionRow = {
  readonly market_id: string;
  readonly at: string;
  readonly seconds: number;
  readonly payouts: string;
};
export type WalletRow = {
  readonly wallet: string;
  readonly trades: number;
  readonly volume: string;
  readonly first_seconds: number;
  readonly last_seconds: number;
};

type TokenOf = Pick<TradeRow, "market_id" | "outcome_index">;
type RpcLog = {
  readonly address: Hex;
  readonly topics: [Hex, ...Hex[]];
  readonly data: Hex;
  readonly blockNumber: Hex;
  readonly blockTimestamp: Hex;
  readonly transactionHash: Hex;
  readonly logIndex: Hex;
};
type Args = Readonly<Record<string, unknown>>;
type ReadLog = { readonly log: RpcLog; readonly args: Args; readonly name: string };

const WANTED = ["OrderFilled", "ConditionPreparation", "ConditionResolution"];

export async function readChainRows(node: Anvil): Promise<ChainRows> {
  const abi: Abi = eventAbi();
  const wanted = abi.filter((item) => item.type === "event" && WANTED.includes(item.name));
  const topics = [wanted.map((item) => toEventSelector(item as never))];
  const address = [...EXCHANGES.map((each) => each.address), CONDITIONAL_TOKENS];
  const range = { ...WHOLE_CHAIN, address, topics };
  const logs = await node.ask<RpcLog[]>("eth_getLogs", [range]);
  const read = logs.map((log): ReadLog => {
    const { args, eventName } = decodeEventLog({ abi: wanted, topics: log.topics, data: log.data });
    return { log, name: eventName ?? "", args: args as unknown as Args };
  });
  const finalized = (await node.block("finalized"))?.number ?? -1;
  const markets = await marketRows(node, read.filter(isOf("ConditionPreparation")));
  const trades = tradeRows(read.filter(isOf("OrderFilled")), markets, finalized);
  return {
    trades,
    markets,
    resolutions: read.filter(isOf("ConditionResolution")).flatMap(resolutionRow),
    wallets: walletRows(trades),
  };
}

const isOf =
  (name: string) =>
  (each: ReadLog): boolean =>
    each.name === name;
const placeOf = ({ blockNumber, logIndex }: RpcLog): string => `${Number(blockNumber)}:${Number(logIndex)}`;

/** Only conditions with two outcomes are markets; their tokens are what the contract itself answers. */
async function marketRows(node: Anvil, logs: readonly ReadLog[]): Promise<MarketRow[]> {
  const polymarket = await openPolymarket(node);
  const rows = logs.map(async ({ log, args }): Promise<MarketRow | null> => {
    if (args.outcomeSlotCount !== 2n) return null;
    const oracle = parseAddress(String(args.oracle));
    const { tokenIds } = await polymarket.marketOf(oracle, args.questionId as Hex);
    return {
      market_id: args.conditionId as Hex,
      prepared_block: Number(log.blockNumber),
      neg_risk: oracle === NEG_RISK_ADAPTER,
      tokens: tokenIds.map(String),
    };
  });
  return (await Promise.all(rows)).filter((row) => row !== null).sort((a, b) => compare(a.market_id, b.market_id));
}

function resolutionRow({ log, args }: ReadLog): ResolutionRow[] {
  if (args.outcomeSlotCount !== 2n) return [];
  return [
    {
      market_id: args.conditionId as Hex,
      at: placeOf(log),
      seconds: Number(log.blockTimestamp),
      payouts: (args.payoutNumerators as bigint[]).join("/"),
    },
  ];
}

/** Every transaction of these tests holds one match, so the leg that names the exchange is the taker's of all others. */
function tradeRows(logs: readonly ReadLog[], markets: readonly MarketRow[], finalized: number): TradeRow[] {
  const takers = new Map(logs.filter(isTaker).map(({ log }) => [log.transactionHash, Number(log.logIndex)]));
  const prepared = new Map(
    markets.flatMap(({ market_id, tokens }) =>
      tokens.map((token, outcome_index): [string, TokenOf] => [token, { market_id, outcome_index }]),
    ),
  );
  return logs.map((each) => {
    const { log, args } = each;
    const { side, token, size, cash, fee } = amounts(args);
    const version = EXCHANGES.find(({ address }) => address === log.address)?.version ?? 0;
    const of = version === 3 ? positionOf(token) : (prepared.get(token) ?? { market_id: null, outcome_index: null });
    const block = Number(log.blockNumber);
    return {
      at: placeOf(log),
      tx_hash: log.transactionHash,
      seconds: Number(log.blockTimestamp),
      exchange: log.address,
      exchange_version: version,
      order_hash: args.orderHash as Hex,
      wallet: String(args.maker).toLowerCase(),
      counterparty: isTaker(each) ? null : String(args.taker).toLowerCase(),
      is_maker: !isTaker(each),
      ...of,
      token_id: token,
      ...{ side, size: String(size), cash: String(cash), fee: String(fee) },
      match_id: `${block}-${takers.get(log.transactionHash)}`,
      is_final: block <= finalized,
    };
  });
}

/** The lowest byte of a position id of Protocol V2 is the outcome, the other 31 are the condition. */
function positionOf(token: string): TokenOf {
  const id = BigInt(token);
  return { market_id: toHex(id >> 8n, { size: 31 }), outcome_index: Number(id & 255n) };
}

const isTaker = ({ log, args }: ReadLog): boolean => String(args.taker).toLowerCase() === log.address;

/** V1 says which assets change hands and takes the fee of a buy in shares; V2 says side and token, and takes dollars. */
function amounts(args: Args): { side: string; token: string; size: bigint; cash: bigint; fee: bigint } {
  const [given, taken, fee] = [args.makerAmountFilled, args.takerAmountFilled, args.fee] as [bigint, bigint, bigint];
  const isV1 = args.side === undefined;
  const isBuy = isV1 ? args.makerAssetId === 0n : args.side === 0;
  const [size, cash] = isBuy ? [taken, given] : [given, taken];
  const token = isV1 ? (isBuy ? args.takerAssetId : args.makerAssetId) : args.tokenId;
  const feeUsd = isV1 && isBuy ? (2n * fee * cash + size) / (2n * size) : fee;
  return { side: isBuy ? "BUY" : "SELL", token: String(token), size, cash, fee: feeUsd };
}

function walletRows(trades: readonly TradeRow[]): WalletRow[] {
  const byWallet = Map.groupBy(trades, ({ wallet }) => wallet);
  return [...byWallet]
    .map(([wallet, own]) => ({
      wallet,
      trades: own.length,
      volume: own.reduce((sum, { cash }) => sum + BigInt(cash), 0n).toString(),
      first_seconds: Math.min(...own.map(({ seconds }) => seconds)),
      last_seconds: Math.max(...own.map(({ seconds }) => seconds)),
    }))
    .sort((a, b) => compare(a.wallet, b.wallet));
}

const compare = (a: string, b: string): number => (a < b ? -1 : 1);
