import { AbortedError, PayloadError, ProviderInconsistencyError, RejectedError } from "../../core/errors.ts";
import type { Address } from "../../core/ids/ids.ts";
import { reportErrors } from "../../core/reputation/error-report.ts";
import {
  type AccountToCompare,
  type Compared,
  type Comparison,
  comparePnl,
  comparePositions,
  type NotComparable,
  notComparable,
} from "../../core/reputation/reconcile.ts";
import { DAY_MS, type EpochMs } from "../../core/time/time.ts";
import type { AccountHistory } from "../../ports/account-history.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Measure, ReconciliationRow, ReconciliationStore } from "../../ports/reconciliation-store.ts";

export type ReconcileDeps = {
  readonly history: AccountHistory;
  readonly store: ReconciliationStore;
  readonly clock: Clock;
};

export type ReconcileProgress = { readonly wallets: number; readonly walletsDone: number; readonly requests: number };

const POSITION_ROWS_MAX = 5_000;
/** The venue's hourly series reaches back a month. */
const HOURLY_MS = 29 * DAY_MS;
const WALLETS_AT_A_TIME = 8;

type Tally = { readonly compared: Compared[]; readonly notComparable: Map<NotComparable, number> };

/**
 * Compares our P&L of a sample of wallets with the venue's, by its positions and by its series, and keeps the figures.
 * @returns null when nothing is covered or scored yet
 * @throws AbortedError, TransientError
 */
export async function runReconcile(
  { history, store, clock }: ReconcileDeps,
  sample: number,
  onProgress: (progress: ReconcileProgress) => void,
  signal: AbortSignal,
): Promise<readonly ReconciliationRow[] | null> {
  const coveredFrom = await store.coveredFrom();
  const wallets = coveredFrom === null ? [] : await store.sample(sample);
  if (coveredFrom === null || wallets.length === 0) return null;
  const tallies: Record<Measure, Tally> = {
    positions: { compared: [], notComparable: new Map() },
    "user-pnl": { compared: [], notComparable: new Map() },
  };
  const queue = [...wallets];
  let walletsDone = 0;
  const work = async (): Promise<void> => {
    for (let wallet = queue.shift(); wallet !== undefined && !signal.aborted; wallet = queue.shift()) {
      const found = await compareWallet({ history, store, clock }, wallet, coveredFrom, signal).catch(
        (error: unknown) => {
          // The others end with what they are at.
          queue.length = 0;
          throw error;
        },
      );
      for (const [measure, comparison] of found) count(tallies[measure], comparison);
      walletsDone += 1;
      onProgress({ wallets: wallets.length, walletsDone, requests: history.use().requests });
    }
  };
  await Promise.all(Array.from({ length: WALLETS_AT_A_TIME }, work));
  // Part of a sample is no sample.
  if (signal.aborted) throw new AbortedError();
  const rows = (Object.entries(tallies) as [Measure, Tally][]).map(([measure, { compared, notComparable }]) => ({
    ...{ measure, coveredFrom, walletsSampled: wallets.length, errors: reportErrors(compared), notComparable },
  }));
  await store.save(rows, clock.nowMs());
  return rows;
}

async function compareWallet(
  { history, store, clock }: ReconcileDeps,
  wallet: Address,
  coveredFrom: EpochMs,
  signal: AbortSignal,
): Promise<readonly (readonly [Measure, Comparison])[]> {
  const now = clock.nowMs();
  try {
    const { positions, isTruncated } = await history.positions(wallet, coveredFrom, POSITION_ROWS_MAX, signal);
    if (isTruncated) return onNeither("TOO_MANY_POSITIONS");
    const points = await history.pnlSeries(wallet, coveredFrom > now - HOURLY_MS ? "month" : "all", signal);
    const account: AccountToCompare = { wallet, units: await store.units(wallet), positions, coveredFrom, now };
    return [
      ["positions", comparePositions(account)],
      ["user-pnl", comparePnl(account, points)],
    ];
  } catch (error) {
    const isTheirs = [RejectedError, PayloadError, ProviderInconsistencyError].some((kind) => error instanceof kind);
    if (!isTheirs) throw error;
    return onNeither("REFUSED");
  }
}

const onNeither = (reason: NotComparable): readonly (readonly [Measure, Comparison])[] => [
  ["positions", notComparable(reason)],
  ["user-pnl", notComparable(reason)],
];

function count({ compared, notComparable }: Tally, comparison: Comparison): void {
  if (comparison.kind === "compared") compared.push(comparison.compared);
  else notComparable.set(comparison.reason, (notComparable.get(comparison.reason) ?? 0) + 1);
}
