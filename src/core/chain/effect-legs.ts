import type { Address, TokenId } from "../ids/ids.ts";
import { infrastructureOf } from "./infrastructure.ts";
import type { HoldingChange, LifecycleEffect } from "./lifecycle-effect.ts";

/** One wallet's change in one token: what an effect is stored as. The legs of an effect are numbered from 0. */
export type EffectLeg = {
  readonly wallet: Address;
  /** Of a transfer: whom the tokens came from or went to. */
  readonly other: Address | null;
  readonly tokenId: TokenId;
  /** Received; negative: given. */
  readonly amount: bigint;
  /**
   * To the wallet; negative: from it. Complete sets are paid for by all their tokens alike, the odd micros by the last;
   * collateral of a redemption or a conversion is on the first leg, because the log tells only the sum.
   */
  readonly cash: bigint;
};

/** None for infrastructure, whose holdings are nobody's. */
export function legsOf(effect: LifecycleEffect): readonly EffectLeg[] {
  if (effect.kind === "transfer") {
    const { from, to, change } = effect;
    const common = { tokenId: change.tokenId, cash: 0n };
    return [
      { ...common, wallet: from, other: to, amount: -change.amount },
      { ...common, wallet: to, other: from, amount: change.amount },
    ].filter(({ wallet }) => infrastructureOf(wallet) === null);
  }
  const { kind, wallet, given, received, cash } = effect;
  if (infrastructureOf(wallet) !== null) return [];
  const amounts: readonly (readonly [HoldingChange, bigint])[] = [
    ...given.map((change) => [change, -change.amount] as const),
    ...received.map((change) => [change, change.amount] as const),
  ];
  const parts = kind === "split" || kind === "merge" ? evenly(cash, amounts.length) : [cash];
  return amounts.map(([{ tokenId }, amount], index) => ({
    wallet,
    other: null,
    tokenId,
    amount,
    cash: parts[index] ?? 0n,
  }));
}

function evenly(amount: bigint, parts: number): readonly bigint[] {
  const each = amount / BigInt(parts);
  const rest = amount - each * BigInt(parts);
  const odd = rest < 0n ? -rest : rest;
  return Array.from({ length: parts }, (_, index) =>
    BigInt(parts - index) <= odd ? each + (rest < 0n ? -1n : 1n) : each,
  );
}
