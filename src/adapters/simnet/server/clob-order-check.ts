import { z } from "zod";
import type { Account, NewOrder } from "../venue/records.ts";
import type { Venue } from "../venue/venue.ts";
import { LOT_MICROS, PIPS_PER_USD } from "../world/units.ts";
import type { ApiKey } from "./clob-auth.ts";
import { type Exchange, exchangeContract, hashOrder, isSignedBy, type WireOrder } from "./clob-signature.ts";
import type { MarketIndex } from "./market-index.ts";
import type { TickSizes } from "./order-book.ts";

const amount = z.string().regex(/^\d{1,16}$/);
const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/);
const hex = z.string().regex(/^0x[0-9a-fA-F]*$/);
/** `POST /order`; nothing may be missing, and more does no harm. */
export const orderBody = z.object({
  deferExec: z.boolean(),
  postOnly: z.boolean().optional(),
  owner: z.string(),
  orderType: z.enum(["GTC", "GTD", "FOK", "FAK"]),
  order: z.object({
    salt: z.int().nonnegative(),
    ...{ maker: address, signer: address, makerAmount: amount, takerAmount: amount },
    tokenId: z.string().regex(/^\d{1,78}$/),
    side: z.enum(["BUY", "SELL"]),
    signatureType: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
    timestamp: z.string().regex(/^\d{13}$/),
    expiration: z.string().regex(/^\d{1,10}$/),
    ...{ metadata: hex.length(66), builder: hex.length(66), signature: hex },
  }),
});
export type OrderBody = z.infer<typeof orderBody>;

/** Decimals of collateral that a tick allows, by tick in pips (API sheet, section 2.6). */
const AMOUNT_DECIMALS: Readonly<Record<number, number>> = { 1000: 3, 100: 4, 50: 5, 25: 6, 10: 5, 1: 6 };
const MARKET_BUY_USD_MIN = 1_000_000;
/** A GTD order has to live a minute longer than the minute that the venue takes off. */
const LEAD_SECONDS_MIN = 60;
const USD_DECIMALS = 6;
const lotsOf = (sharesMicros: number): number => Math.floor(sharesMicros / LOT_MICROS);
const hasDecimals = (micros: number, decimals: number): boolean => micros % 10 ** (USD_DECIMALS - decimals) === 0;

export type OrderDeps = { readonly venue: Venue; readonly index: MarketIndex; readonly ticks: TickSizes };

/** Every check before the book, in the venue's order. @returns the error text of a refusal (API sheet, section 2.8) */
export function checkOrder(
  { venue, index, ticks }: OrderDeps,
  key: ApiKey,
  body: OrderBody,
  at: number,
): NewOrder | string {
  const { order } = body;
  const account = accountOf(venue, key, body);
  if (typeof account === "string") return account;
  const found = index.byToken(order.tokenId);
  if (found === null) return "the orderbook does not exist for the requested token id";
  const { market, outcome } = found;
  const signing = checkSignature(account.owner, order, market.negRisk ? "negRisk" : "standard");
  if (signing !== null) return signing;
  if (!venue.isOpen(market, at)) return "the market is not yet ready to process new orders";
  const isBuy = order.side === "BUY";
  const [give, get] = [Number(order.makerAmount), Number(order.takerAmount)];
  const [collateralMicros, sharesMicros] = isBuy ? [give, get] : [get, give];
  const hash = hashOrder(order, market.negRisk ? "negRisk" : "standard");
  const isAtOnce = body.orderType === "FAK" || body.orderType === "FOK";
  const terms = { tickPips: ticks.of(market), minLots: market.terms.minLots };
  const shape = { hash, isBuy, isAtOnce, collateralMicros, sharesMicros };
  const refusal = checkAmounts(shape, terms) ?? checkTime(body, at);
  if (refusal !== null) return refusal;
  const budget = isBuy && isAtOnce ? collateralMicros : null;
  return {
    ...{ hash, account, apiKey: key.apiKey, market, outcome, side: order.side, kind: body.orderType },
    ...{ limitPips: limitOf(shape, terms.tickPips), sharesMicros, collateralMicros, budget },
    lots: budget === null ? lotsOf(sharesMicros) : Number.MAX_SAFE_INTEGER,
    expiration: Number(order.expiration),
  };
}

function accountOf(venue: Venue, key: ApiKey, { owner, order }: OrderBody): Account | string {
  if (owner !== key.apiKey) return "the order owner has to be the owner of the API KEY";
  const [maker, signer] = [order.maker.toLowerCase(), order.signer.toLowerCase()];
  const isOwn = (account: Account): boolean =>
    account.owner.toLowerCase() === key.owner && account.wallet.toLowerCase() === maker;
  // A deposit wallet signs for itself; whether it belongs to the key's owner shows from who made it.
  const account = venue.accounts.find((each) => isOwn(each) && each.signatureType === order.signatureType);
  if (
    signer !== (order.signatureType === 3 ? maker : key.owner) ||
    (order.signatureType === 3 && account === undefined)
  )
    return "the order signer address has to be the address of the API KEY";
  if (account === undefined) {
    const isOtherType = venue.accounts.some(isOwn);
    return isOtherType ? "invalid signature" : "maker address not allowed, please use the deposit wallet flow";
  }
  if (account.isClosedOnly === true && order.side === "BUY") return `'${account.wallet}' address in closed only mode`;
  return account;
}

function checkSignature(owner: string, order: WireOrder, exchange: Exchange): string | null {
  if (isSignedBy(owner, order, exchange)) return null;
  return isSignedBy(owner, order, "v3") ? "order_version_mismatch" : "invalid signature";
}

type Shape = {
  readonly hash: string;
  readonly isBuy: boolean;
  readonly isAtOnce: boolean;
  readonly collateralMicros: number;
  readonly sharesMicros: number;
};
type Terms = { readonly tickPips: number; readonly minLots: number };

/** In whole ticks: what a BUY at once pays is rounded so that it stands up to a tick above its price. */
const limitOf = ({ collateralMicros, sharesMicros }: Shape, tickPips: number): number => {
  const pips = Number((BigInt(collateralMicros) * BigInt(PIPS_PER_USD)) / BigInt(sharesMicros));
  return pips - (pips % tickPips);
};

function checkAmounts(shape: Shape, { tickPips, minLots }: Terms): string | null {
  const { hash, isBuy, isAtOnce, collateralMicros, sharesMicros } = shape;
  if (sharesMicros === 0 || collateralMicros === 0) return "invalid amounts, amounts must be above 0";
  const invalid = (text: string): string => `order ${hash} is invalid. ${text}`;
  const pips = limitOf(shape, tickPips);
  const exact = (collateralMicros / sharesMicros) * PIPS_PER_USD;
  const offTick = invalid(`Price (${exact / PIPS_PER_USD}) breaks minimum tick size rule: ${tickPips / PIPS_PER_USD}`);
  if (pips < tickPips || pips > PIPS_PER_USD - tickPips) return offTick;
  if (!isOnTick(shape, pips)) return offTick;
  const decimals = AMOUNT_DECIMALS[tickPips] ?? USD_DECIMALS;
  const accuracy = (order: string, maker: number, taker: number): string =>
    `invalid amounts, the ${order} orders maker amount supports a max accuracy of ${maker} decimals, taker amount a max of ${taker} decimals`;
  if (isBuy && isAtOnce) {
    if (!hasDecimals(collateralMicros, 2) || !hasDecimals(sharesMicros, 4)) return accuracy("market buy", 2, 4);
    const usd = collateralMicros / 1e6;
    return collateralMicros < MARKET_BUY_USD_MIN
      ? `invalid amount for a marketable BUY order ($${usd}), min size: $1`
      : null;
  }
  if (!hasDecimals(collateralMicros, decimals) || sharesMicros % LOT_MICROS !== 0)
    return isBuy ? accuracy("buy", decimals, 2) : accuracy(isAtOnce ? "market sell" : "sell", 2, decimals);
  const isTooSmall = !isAtOnce && lotsOf(sharesMicros) < minLots;
  return isTooSmall ? invalid(`Size (${sharesMicros / 1e6}) lower than the minimum: ${minLots / 100}`) : null;
}

/** Exactly, except for a BUY at once: its shares are what its dollars buy at the price, cut to 0.0001. */
function isOnTick({ isBuy, isAtOnce, collateralMicros, sharesMicros }: Shape, pips: number): boolean {
  const [cash, shares, price, scale] = [collateralMicros, sharesMicros, pips, PIPS_PER_USD].map(BigInt) as Four;
  if (!isBuy || !isAtOnce) return shares * price === cash * scale;
  return shares * price <= cash * scale && (shares + 100n) * price > cash * scale;
}
type Four = [bigint, bigint, bigint, bigint];

function checkTime({ order, orderType, postOnly = false }: OrderBody, at: number): string | null {
  const expiration = Number(order.expiration);
  if (orderType === "GTD" ? expiration < at / 1_000 + 60 + LEAD_SECONDS_MIN : expiration !== 0)
    return "invalid expiration";
  const rests = orderType === "GTC" || orderType === "GTD";
  return postOnly && !rests ? "invalid post-only order: only GTC and GTD orders can be post-only" : null;
}

/** What the account has to have, against what it has. @returns the refusal; null: enough */
export function checkMeans(venue: Venue, order: NewOrder, at: number): string | null {
  const { account, market, outcome, side, collateralMicros, sharesMicros } = order;
  const isBuy = side === "BUY";
  const needed = isBuy ? collateralMicros + venue.preview(order, at).fee : sharesMicros;
  const means = venue.means(account, isBuy ? null : { market, outcome }, at);
  const held = venue.stale.has(account.index) ? 0 : means.held;
  const why = "not enough balance / allowance:";
  if (held < needed + means.reserved) {
    const orders = means.reserved > 0 ? `sum of active orders: ${means.reserved}, ` : "";
    return `${why} the balance is not enough -> balance: ${held}, ${orders}order amount: ${needed}`;
  }
  if (means.allowance >= needed) return null;
  const spender = exchangeContract(market.negRisk ? "negRisk" : "standard");
  return `${why} the allowance is not enough -> spender: ${spender}, allowance: ${means.allowance}, order amount: ${needed}`;
}
