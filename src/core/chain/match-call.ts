import { decodeFunctionData, type Hex, parseAbi, toFunctionSelector } from "viem";
import { PayloadError } from "../errors.ts";
import { type Address, type MarketId, parseAddress, parseMarketId, type TokenId, toTokenId } from "../ids/ids.ts";
import { type ShareMicros, shares, type UsdMicros, usd } from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";
import { EXCHANGES } from "./contracts.ts";
import type { Side } from "./fill.ts";

/**
 * The operator's call that settles a match on an exchange of V2. Its selector is the one that was seen on Polygon
 * (API sheet, section 3.4), so names and types of its arguments are those of the contract; the fields of the order are
 * those that are signed (on-chain sheet, section 3.3), and the signature. The call of ExchangeV3 is not known.
 */
export const MATCH_ORDERS_ABI = parseAbi([
  "struct Order { uint256 salt; address maker; address signer; uint256 tokenId; uint256 makerAmount; uint256 takerAmount; uint8 side; uint8 signatureType; uint256 timestamp; bytes32 metadata; bytes32 builder; bytes signature; }",
  "function matchOrders(bytes32 conditionId, Order takerOrder, Order[] makerOrders, uint256 takerFillAmount, uint256[] makerFillAmounts, uint256 takerFeeAmount, uint256[] makerFeeAmounts)",
]);
export const MATCH_ORDERS_SELECTOR = toFunctionSelector(MATCH_ORDERS_ABI[0]);

/** Where such calls go. */
export const MATCH_ORDERS_EXCHANGES: readonly Address[] = EXCHANGES.filter(({ version }) => version === 2).map(
  ({ address }) => address,
);

/** What the log of one order will say if the call succeeds, without the fee. */
export type CalledFill = {
  readonly wallet: Address;
  readonly tokenId: TokenId;
  readonly side: Side;
  readonly size: ShareMicros;
  readonly cash: UsdMicros;
};

/** Makers in their order, then the taker, as their logs come. */
export type MatchCall = { readonly marketId: MarketId; readonly fills: readonly CalledFill[] };

type Order = {
  readonly maker: string;
  readonly tokenId: bigint;
  readonly makerAmount: bigint;
  readonly takerAmount: bigint;
  readonly side: number;
};

const INT8_MAX = 2n ** 63n - 1n;
const malformed = (what: string): PayloadError => new PayloadError("CALL_MALFORMED", what);

/**
 * Anybody may send such a call, and who is not the operator sees it fail: it proves nothing.
 * @param input lower-case `0x…`
 * @returns null for any other call. @throws PayloadError for one whose arguments cannot be
 */
export function decodeMatchCall(to: Address, input: string): MatchCall | null {
  if (!input.startsWith(MATCH_ORDERS_SELECTOR) || !MATCH_ORDERS_EXCHANGES.includes(to)) return null;
  const [conditionId, taker, makers, takerFill, makerFills] = argumentsOf(input as Hex);
  if (makers.length !== makerFills.length) throw malformed("as many amounts as orders were expected");
  const made = makers.map((order, index) => makerFill(order, makerFills[index] ?? 0n));
  return { marketId: parseMarketId(conditionId), fills: [...made, takerFillOf(taker, takerFill, made)] };
}

function argumentsOf(data: Hex) {
  try {
    return decodeFunctionData({ abi: MATCH_ORDERS_ABI, data }).args;
  } catch {
    throw malformed("a call to matchOrders whose arguments cannot be read");
  }
}

/** `gives` of what the order gives, at the order's own price, as the contract divides. */
function makerFill(order: Order, gives: bigint): CalledFill {
  if (order.makerAmount <= 0n) throw malformed("an order that gives nothing");
  const takes = mulDiv(gives, order.takerAmount, order.makerAmount, "floor");
  return order.side === 0 ? calledFill(order, takes, gives) : calledFill(order, gives, takes);
}

/**
 * A taker gets what its makers give: their shares for their cash where they are on the other side; on the same side of
 * the other outcome, as many shares, and what is left of a dollar for each. Where a set is minted the log of a buyer names
 * what was pulled, of which something may come back (on-chain sheet, section 3.1).
 */
function takerFillOf(taker: Order, gives: bigint, makers: readonly CalledFill[]): CalledFill {
  const side = taker.side === 0 ? "BUY" : "SELL";
  const isPulled = side === "BUY" && makers.some((maker) => maker.side === "BUY");
  let [size, cash] = [0n, 0n];
  for (const maker of makers) {
    size += maker.size;
    cash += maker.side === side ? maker.size - maker.cash : maker.cash;
  }
  return calledFill(taker, side === "BUY" ? size : gives, isPulled ? gives : cash);
}

function calledFill({ maker, tokenId, side }: Order, size: bigint, cash: bigint): CalledFill {
  if (side !== 0 && side !== 1) throw malformed("a side that is none");
  if (size <= 0n || size > INT8_MAX || cash < 0n || cash > size) throw malformed("amounts that are none of a trade");
  const wallet = parseAddress(maker);
  return {
    ...{ wallet, tokenId: toTokenId(tokenId), side: side === 0 ? "BUY" : "SELL" },
    ...{ size: shares(size), cash: usd(cash) },
  };
}
