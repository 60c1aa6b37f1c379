import type { Address, TokenId } from "../ids/ids.ts";
import type { Movement } from "./decode-transfer.ts";
import type { Fill } from "./fill.ts";
import { infrastructureOf } from "./infrastructure.ts";
import type { LifecycleEffect } from "./lifecycle-effect.ts";

export type Imbalance = { readonly wallet: Address; readonly tokenId: TokenId; readonly amount: bigint };

/**
 * Holdings are told twice: by ERC-1155 movements, and by fills and lifecycle effects. Both must give every wallet the
 * same change of every token.
 * @param fills with the effective fee, after refunds.
 * @returns where they differ: what the movements say, less what fills and effects say. Empty when nothing was missed
 * and nothing was booked twice. A V1 taker who sold more than was matched gets the rest back without an event, so a
 * fill of V1 may differ by it.
 */
export function findImbalances(
  movements: readonly Movement[],
  fills: readonly Fill[],
  effects: readonly LifecycleEffect[],
): readonly Imbalance[] {
  const balances = new Map<string, bigint>();
  const add = (wallet: Address, tokenId: TokenId, amount: bigint): void => {
    if (infrastructureOf(wallet) !== null) return;
    const key = `${wallet} ${tokenId}`;
    balances.set(key, (balances.get(key) ?? 0n) + amount);
  };
  for (const { from, to, tokenId, amount } of movements) {
    add(from, tokenId, -amount);
    add(to, tokenId, amount);
  }
  for (const { wallet, tokenId, side, size, fee, feeAsset } of fills) {
    add(wallet, tokenId, side === "SELL" ? size : -(feeAsset === "shares" ? size - fee : size));
  }
  for (const effect of effects) {
    if (effect.kind === "transfer") {
      add(effect.from, effect.change.tokenId, effect.change.amount);
      add(effect.to, effect.change.tokenId, -effect.change.amount);
    } else {
      for (const { tokenId, amount } of effect.given) add(effect.wallet, tokenId, amount);
      for (const { tokenId, amount } of effect.received) add(effect.wallet, tokenId, -amount);
    }
  }
  return [...balances].flatMap(([key, amount]) => {
    const [wallet, tokenId] = key.split(" ") as [Address, TokenId];
    return amount === 0n ? [] : [{ wallet, tokenId, amount }];
  });
}
