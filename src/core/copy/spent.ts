import type { Address } from "../ids/ids.ts";
import { addUsd, subUsd, type UsdMicros, ZERO_USD } from "../money/amounts.ts";
import { withEntry, without } from "../record.ts";
import { type EpochMs, startOfDay } from "../time/time.ts";

/** Stakes of one UTC day, in all and by the wallet that was copied. An order counts whole until its answer is known. */
export type Spent = {
  readonly day: EpochMs;
  readonly totalUsd: UsdMicros;
  readonly wallets: Readonly<Record<Address, UsdMicros>>;
};

export const noneSpent = (at: EpochMs): Spent => ({ day: startOfDay(at), totalUsd: ZERO_USD, wallets: {} });

/** What counts at this time: nothing of an earlier day. */
export const spentOn = (spent: Spent, at: EpochMs): Spent => (spent.day === startOfDay(at) ? spent : noneSpent(at));

export const spentOnWallet = (spent: Spent, wallet: Address | null): UsdMicros =>
  wallet === null ? ZERO_USD : (spent.wallets[wallet] ?? ZERO_USD);

export function addSpent(before: Spent, wallet: Address | null, stakeUsd: UsdMicros, at: EpochMs): Spent {
  const spent = spentOn(before, at);
  const totalUsd = addUsd(spent.totalUsd, stakeUsd);
  if (wallet === null) return { ...spent, totalUsd };
  const wallets = withEntry(spent.wallets, wallet, addUsd(spentOnWallet(spent, wallet), stakeUsd));
  return { ...spent, totalUsd, wallets };
}

/** What an order did not use after all goes back to the budgets of the day on which it was approved; negative: it used more. */
export function returnUnspent(spent: Spent, wallet: Address | null, unusedUsd: UsdMicros, approvedAt: EpochMs): Spent {
  if (unusedUsd === ZERO_USD || spent.day !== startOfDay(approvedAt)) return spent;
  const totalUsd = subUsd(spent.totalUsd, unusedUsd);
  if (wallet === null) return { ...spent, totalUsd };
  const left = subUsd(spentOnWallet(spent, wallet), unusedUsd);
  const wallets = left === ZERO_USD ? without(spent.wallets, wallet) : withEntry(spent.wallets, wallet, left);
  return { ...spent, totalUsd, wallets };
}
