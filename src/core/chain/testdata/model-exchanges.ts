import { type Address, parseAddress, type TokenId } from "../../ids/ids.ts";
import { EXCHANGES, NEG_RISK_ADAPTER } from "../contracts.ts";
import type { TokenLedger } from "../decode-transfer.ts";
import {
  adapterMerge,
  adapterSplit,
  CTF_ADAPTERS,
  NEG_RISK_CTF_ADAPTERS,
  negRiskMerge,
  negRiskSplit,
} from "./model-adapters.ts";
import { ctfMerge, ctfSplit, type ModelChain, type ModelMarket, TX } from "./model-chain.ts";
import { moduleMerge, moduleSplit } from "./model-modules.ts";

/** Matches of all generations: who hands tokens to whom, with the splits and merges inside. */

const [V1, V1_NEG_RISK, V2, V2_NEG_RISK, , V3] = EXCHANGES.map(({ address }) => address) as [
  Address,
  Address,
  Address,
  Address,
  Address,
  Address,
];
export const FEE_MODULE = parseAddress("0xe3f18acc55091e2c48d883fc8c8413319d4ab7b0");

export type Venue = "V1" | "V1 neg-risk" | "V2" | "V2 neg-risk" | "V3";
export type Matching = "COMPLEMENTARY" | "MINT" | "MERGE";
export type Maker = { readonly wallet: Address; readonly matching: Matching; readonly size: bigint };
export type Match = {
  readonly venue: Venue;
  readonly market: ModelMarket;
  readonly taker: Address;
  readonly side: "BUY" | "SELL";
  readonly outcome: 0 | 1;
  readonly makers: readonly Maker[];
};

const ADDRESSES: Record<Venue, Address> = { V1, "V1 neg-risk": V1_NEG_RISK, V2, "V2 neg-risk": V2_NEG_RISK, V3 };
const FILLED_V1 =
  "event OrderFilled(bytes32 indexed orderHash, address indexed maker, address indexed taker, uint256 makerAssetId, uint256 takerAssetId, uint256 makerAmountFilled, uint256 takerAmountFilled, uint256 fee)";
const FILLED_V2 =
  "event OrderFilled(bytes32 indexed orderHash, address indexed maker, address indexed taker, uint8 side, uint256 tokenId, uint256 makerAmountFilled, uint256 takerAmountFilled, uint256 fee, bytes32 builder, bytes32 metadata)";
const REFUNDED =
  "event FeeRefunded(bytes32 indexed orderHash, address indexed to, uint256 id, uint256 refund, uint256 indexed feeCharged)";
const ZERO_HASH = `0x${"0".repeat(64)}`;

type Leg = { readonly wallet: Address; readonly side: "BUY" | "SELL"; readonly token: TokenId; readonly size: bigint };

const ledgerOf = (venue: Venue): TokenLedger => (venue === "V3" ? "positionManager" : "conditionalTokens");

function legsOf({ market, taker, side, outcome, makers }: Match): {
  readonly taker: Leg;
  readonly makers: readonly Leg[];
} {
  const token = market.tokens[outcome];
  const other = market.tokens[outcome === 0 ? 1 : 0];
  const opposite = side === "BUY" ? "SELL" : "BUY";
  return {
    taker: { wallet: taker, side, token, size: makers.reduce((sum, { size }) => sum + size, 0n) },
    makers: makers.map(({ wallet, matching, size }) =>
      matching === "COMPLEMENTARY" ? { wallet, side: opposite, token, size } : { wallet, side, token: other, size },
    ),
  };
}

/** @returns the fee in shares that the taker really paid (V1 BUY). */
export function match(chain: ModelChain, order: Match): bigint {
  const { venue, makers } = order;
  const legs = legsOf(order);
  const direct =
    venue !== "V1" && venue !== "V1 neg-risk" && makers.every(({ matching }) => matching === "COMPLEMENTARY");
  if (direct) {
    for (const maker of legs.makers) {
      const [from, to] = maker.side === "SELL" ? [maker.wallet, order.taker] : [order.taker, maker.wallet];
      chain.single(ledgerOf(venue), { operator: ADDRESSES[venue], from, to }, maker.token, maker.size);
      emitFill(chain, venue, maker, order.taker, 0n);
    }
    emitFill(chain, venue, legs.taker, ADDRESSES[venue], 0n);
    return 0n;
  }
  return throughExchange(chain, order, legs.taker, legs.makers);
}

function throughExchange(chain: ModelChain, order: Match, taker: Leg, makers: readonly Leg[]): bigint {
  const { venue, market } = order;
  const exchange = ADDRESSES[venue];
  const total = (matching: Matching): bigint =>
    order.makers.reduce((sum, maker) => (maker.matching === matching ? sum + maker.size : sum), 0n);
  const merged = total("MERGE");
  if (taker.side === "SELL") {
    // V3 hands what is to be merged to the module itself, and the rest to the makers directly.
    if (venue !== "V3") move(chain, venue, taker.wallet, exchange, taker.token, taker.size);
    else if (merged > 0n) move(chain, venue, taker.wallet, moduleOfMarket(market), taker.token, merged);
  }
  makers.forEach((maker, index) => {
    const isMerge = order.makers[index]?.matching === "MERGE";
    if (maker.side === "SELL") {
      move(
        chain,
        venue,
        maker.wallet,
        isMerge && venue === "V3" ? moduleOfMarket(market) : exchange,
        maker.token,
        maker.size,
      );
    }
    emitFill(chain, venue, maker, taker.wallet, 0n);
  });
  const minted = total("MINT");
  if (minted > 0n) exchangeSplit(chain, venue, market, minted);
  if (merged > 0n) exchangeMerge(chain, venue, market, merged);
  makers.forEach((maker) => {
    if (maker.side !== "BUY") return;
    const from = venue === "V3" && taker.side === "SELL" ? taker.wallet : exchange;
    move(chain, venue, from, maker.wallet, maker.token, maker.size);
  });
  const isV1Buy = taker.side === "BUY" && (venue === "V1" || venue === "V1 neg-risk");
  const charged = isV1Buy ? taker.size / 10n : 0n;
  if (taker.side === "BUY") {
    move(chain, venue, exchange, taker.wallet, taker.token, taker.size - charged);
    if (charged > 0n) move(chain, venue, exchange, FEE_MODULE, taker.token, charged);
  }
  emitFill(chain, venue, taker, exchange, charged);
  const refund = charged / 2n;
  if (refund > 0n) {
    chain.single(
      "conditionalTokens",
      { operator: FEE_MODULE, from: FEE_MODULE, to: taker.wallet },
      taker.token,
      refund,
    );
    chain.emit(FEE_MODULE, REFUNDED, [ZERO_HASH, taker.wallet, BigInt(taker.token), refund, charged - refund]);
  }
  return charged - refund;
}

export const moduleOfMarket = (market: ModelMarket): Address => market.collateral;

/** On V1 neg-risk the NegRiskAdapter stands in for Conditional Tokens, so it is the operator. */
function move(chain: ModelChain, venue: Venue, from: Address, to: Address, token: TokenId, amount: bigint): void {
  const operator = venue === "V1 neg-risk" ? NEG_RISK_ADAPTER : ADDRESSES[venue];
  chain.single(ledgerOf(venue), { operator, from, to }, token, amount);
}

function exchangeSplit(chain: ModelChain, venue: Venue, market: ModelMarket, amount: bigint): void {
  const exchange = ADDRESSES[venue];
  if (venue === "V1") ctfSplit(chain, exchange, market, amount);
  else if (venue === "V1 neg-risk") negRiskSplit(chain, exchange, market, amount);
  else if (venue === "V3") moduleSplit(chain, exchange, market, amount, exchange, exchange);
  else adapterSplit(chain, adapterOf(venue), exchange, market, amount);
}

function exchangeMerge(chain: ModelChain, venue: Venue, market: ModelMarket, amount: bigint): void {
  const exchange = ADDRESSES[venue];
  if (venue === "V1") ctfMerge(chain, exchange, market, amount);
  else if (venue === "V1 neg-risk") negRiskMerge(chain, exchange, market, amount);
  else if (venue === "V3") moduleMerge(chain, exchange, market, amount, exchange);
  else adapterMerge(chain, adapterOf(venue), exchange, market, amount);
}

const adapterOf = (venue: Venue): Address => (venue === "V2" ? CTF_ADAPTERS[0] : NEG_RISK_CTF_ADAPTERS[1]) as Address;

function emitFill(chain: ModelChain, venue: Venue, leg: Leg, counterparty: Address, fee: bigint): void {
  const cash = leg.size / 2n;
  const [given, received] = leg.side === "BUY" ? [cash, leg.size] : [leg.size, cash];
  const token = BigInt(leg.token);
  if (venue === "V1" || venue === "V1 neg-risk") {
    const assets = leg.side === "BUY" ? [0n, token] : [token, 0n];
    chain.emit(ADDRESSES[venue], FILLED_V1, [TX, leg.wallet, counterparty, ...assets, given, received, fee]);
  } else {
    const side = leg.side === "BUY" ? 0 : 1;
    chain.emit(ADDRESSES[venue], FILLED_V2, [
      TX,
      leg.wallet,
      counterparty,
      side,
      token,
      given,
      received,
      fee,
      ZERO_HASH,
      ZERO_HASH,
    ]);
  }
}
