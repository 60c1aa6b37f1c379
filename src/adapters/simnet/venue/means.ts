import type { SimMarket } from "../world/market.ts";
import { cashOf, type Outcome, priceFor, sharesOf } from "../world/units.ts";
import type { World } from "../world/world.ts";
import { type Account, type OrderRecord, statusOf } from "./records.ts";

/** A market's token; null: collateral. */
export type Asset = { readonly market: SimMarket; readonly outcome: Outcome } | null;

/** What is held, what of it open orders bind, and what the exchanges may take; micros. */
export type Means = { readonly held: number; readonly reserved: number; readonly allowance: number };

export type MeansOf = (account: Account, asset: Asset, at: number) => Means;

const UNLIMITED = Number.MAX_SAFE_INTEGER;

export function createMeans(world: World, orders: ReadonlyMap<string, OrderRecord>): MeansOf {
  function bound(account: Account, asset: Asset, order: OrderRecord, at: number): number {
    if (order.account.index !== account.index || order.resting === null || statusOf(order, at) !== "LIVE") return 0;
    const { pips, lots } = order.resting;
    if (order.side === "BUY") return asset === null ? cashOf(lots, priceFor(order.outcome, pips)) : 0;
    return order.market === asset?.market && order.outcome === asset.outcome ? sharesOf(lots) : 0;
  }

  return (account, asset, at) => ({
    held:
      asset === null
        ? world.accounts.cash(account.index)
        : world.accounts.holding(account.index, asset.market, asset.outcome),
    reserved: orders.values().reduce((sum, order) => sum + bound(account, asset, order, at), 0),
    allowance:
      asset !== null || account.allowanceUsd === undefined ? UNLIMITED : Math.round(account.allowanceUsd * 1e6),
  });
}
