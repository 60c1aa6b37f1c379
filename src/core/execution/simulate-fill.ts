import type { BookLevel, OrderBook } from "../market/market.ts";
import {
  addUsd,
  MICROS,
  minShares,
  notional,
  type ShareMicros,
  shares,
  subShares,
  subUsd,
  type UsdMicros,
  ZERO_USD,
} from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";
import { isOnTick } from "../signals/price-cap.ts";
import { addMs, type EpochMs } from "../time/time.ts";
import { computeFee, FEE_BOUND_LEVELS } from "./fee.ts";
import { type Execution, mayRest, type OrderRequest, type OrderResult } from "./order.ts";

/** The venue's grids: shares bought at once to 4 decimals, sold or bought by a resting order to 2 (API sheet, section 2.6). */
const BUY_STEP = 100n;
export const SELL_STEP = 10_000n;

/**
 * What an order gets from a book at once: paper trading and the backtest both stand on this one function.
 * It walks from the best level to the limit, pays the market's own fee at each level, and leaves the rest unfilled.
 * @param book the book after the stated latency, best level first; null where the venue has none.
 */
export function simulateFill(order: OrderRequest, book: OrderBook | null, at: EpochMs): OrderResult {
  if (at > order.goodUntil) return { status: "unfilled", reason: "ORDER_EXPIRED" };
  if (book === null) return { status: "unfilled", reason: "NO_BOOK" };
  if (!isOnTick(order.limitPrice, book.tickSize)) return { status: "unfilled", reason: "TICK_CHANGED" };
  if (orderSize(order) < book.minOrderSize) return { status: "unfilled", reason: "BELOW_MIN_SIZE" };
  const executions =
    order.side === "BUY" ? walkAsks(order, order.stakeUsd, book.asks) : walkBids(order, order.size, book.bids);
  const isEnough = order.timeInForce === "FOK" ? isWhole(order, executions) : executions.length > 0;
  return isEnough ? { status: "filled", executions } : { status: "unfilled", reason: "NO_LIQUIDITY" };
}

/** Dollars that buy nothing more at the limit are no part of the order. */
function isWhole(order: OrderRequest, executions: readonly Execution[]): boolean {
  const { size, cashUsd } = totalExecutions(executions);
  if (order.side === "SELL") return size >= orderSize(order);
  return orderSize({ ...order, stakeUsd: subUsd(order.stakeUsd, cashUsd) }) === 0n;
}

/** The least that a full fill brings, on the venue's grid: what its minimum size is compared with. */
export function orderSize(order: OrderRequest): ShareMicros {
  if (order.side === "SELL") return cutTo(order.size, SELL_STEP);
  const size = shares(mulDiv(order.stakeUsd, MICROS, order.limitPrice, "floor"));
  return cutTo(size, mayRest(order) ? SELL_STEP : BUY_STEP);
}

function walkAsks(order: OrderRequest, stakeUsd: UsdMicros, asks: readonly BookLevel[]): readonly Execution[] {
  const executions: Execution[] = [];
  let left = stakeUsd;
  // GTC and GTD are for shares, FAK and FOK for dollars (API sheet, section 2.6).
  let wanted = mayRest(order) ? orderSize(order) : null;
  for (const level of asks.slice(0, FEE_BOUND_LEVELS)) {
    if (level.price > order.limitPrice) break;
    const affordable = shares(mulDiv(left, MICROS, level.price, "floor"));
    const most = minShares(level.size, affordable);
    const size = cutTo(wanted === null ? most : minShares(most, wanted), BUY_STEP);
    if (size === 0n) continue;
    // The stake is a whole number of micros, so rounding the cost up cannot pass it.
    const cash = notional(level.price, size, "ceil");
    executions.push({ price: level.price, size, cash, fee: computeFee(order.fee, level.price, size) });
    left = subUsd(left, cash);
    if (wanted !== null) wanted = subShares(wanted, size);
  }
  return executions;
}

function walkBids(order: OrderRequest, size: ShareMicros, bids: readonly BookLevel[]): readonly Execution[] {
  const executions: Execution[] = [];
  let left = cutTo(size, SELL_STEP);
  for (const level of bids.slice(0, FEE_BOUND_LEVELS)) {
    if (level.price < order.limitPrice) break;
    const sold = cutTo(minShares(level.size, left), SELL_STEP);
    if (sold === 0n) continue;
    const cash = notional(level.price, sold, "floor");
    executions.push({ price: level.price, size: sold, cash, fee: computeFee(order.fee, level.price, sold) });
    left = subShares(left, sold);
  }
  return executions;
}

const cutTo = (size: ShareMicros, step: bigint): ShareMicros => shares((size / step) * step);

export type ExecutionTotals = { readonly size: ShareMicros; readonly cashUsd: UsdMicros; readonly feesUsd: UsdMicros };

export function totalExecutions(executions: readonly Execution[]): ExecutionTotals {
  let size = 0n;
  let cashUsd = ZERO_USD;
  let feesUsd = ZERO_USD;
  for (const execution of executions) {
    size += execution.size;
    cashUsd = addUsd(cashUsd, execution.cash);
    feesUsd = addUsd(feesUsd, execution.fee);
  }
  return { size: shares(size), cashUsd, feesUsd };
}

/** When a decision made at `approvedAt` has become too old to trade on. */
export const goodUntil = (approvedAt: EpochMs, dataAgeMsMax: number): EpochMs => addMs(approvedAt, dataAgeMsMax);
