import {
  type AccountDifference,
  type AccountSnapshot,
  compareAccount,
  isBalance,
  type MisbookedOrder,
  misbookedOrders,
  tradesSince,
} from "../../core/execution/account-differences.ts";
import { type Address, parseOrderHash, type TokenId } from "../../core/ids/ids.ts";
import type { ShareMicros } from "../../core/money/amounts.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LiveAccountRow, LiveAccountStore } from "../../ports/live-account-store.ts";
import type { Logger } from "../../ports/logger.ts";
import type { VenueClient } from "../../ports/venue-client.ts";

export type ReconcileDeps = {
  readonly client: VenueClient;
  readonly store: LiveAccountStore;
  readonly wallet: Address;
  readonly clock: Clock;
  readonly logger: Logger;
};

export type Reconciliation = {
  readonly found: readonly AccountDifference[];
  /** What of `found` was not there before: people are told of that. */
  readonly fresh: readonly AccountDifference[];
  /** Finished orders of ours that the venue has otherwise. */
  readonly misbooked: readonly MisbookedOrder[];
};

/**
 * Holds our books against all that the venue says of the account: open orders, trades, collateral, shares. An order of
 * ours that rests although it is over is cancelled.
 * @throws whatever a question of the snapshot throws: a part of it is worth nothing
 */
export async function reconcileAccount(deps: ReconcileDeps, signal: AbortSignal): Promise<Reconciliation> {
  const { client, store, clock, logger } = deps;
  const account = (await store.account()) ?? (await beginAccount(deps, signal));
  let { found, misbooked } = await compareOnce(deps, account, false, signal);
  // The venue's balances are cached: made to look again before they are believed.
  if (found.some(isBalance)) ({ found, misbooked } = await compareOnce(deps, account, true, signal));
  const resting = found.flatMap(({ kind, subject }) =>
    kind === "RESTING_ORDER" && subject !== null ? [parseOrderHash(subject)] : [],
  );
  if (resting.length > 0) {
    await client.cancel(resting, signal);
    logger.warn("orders of ours were resting and are cancelled", { orders: resting.join(" ") });
  }
  return { found, misbooked, fresh: await store.saveDifferences(found, clock.nowMs()) };
}

async function beginAccount(
  { client, store, wallet, clock, logger }: ReconcileDeps,
  signal: AbortSignal,
): Promise<LiveAccountRow> {
  const at = clock.nowMs();
  const { balanceUsd } = await client.collateral(true, signal);
  logger.info("live trading begins with what the wallet holds", { wallet, collateralUsd: balanceUsd });
  return store.begin(wallet, balanceUsd, at);
}

async function compareOnce(
  deps: ReconcileDeps,
  account: LiveAccountRow,
  refresh: boolean,
  signal: AbortSignal,
): Promise<Pick<Reconciliation, "found" | "misbooked">> {
  const { store, clock } = deps;
  const startedAt = clock.nowMs();
  const tokens = [...(await store.books(startedAt)).holdings.keys()];
  const snapshot = await takeSnapshot(deps, { startedAt, tokens, refresh, account }, signal);
  const books = { ...(await store.books(startedAt)), baselineUsd: account.baselineUsd };
  const named = [...snapshot.openOrders, ...snapshot.trades].map(({ orderHash }) => orderHash);
  const orders = await store.bookedOrders([...new Set(named)]);
  const found = compareAccount(snapshot, books, orders);
  const misbooked = misbookedOrders(snapshot.trades, orders);
  // Balances are held against books that are right: those that follow the venue first are compared the next time.
  return { found: misbooked.length === 0 ? found : found.filter((each) => !isBalance(each)), misbooked };
}

type Asked = {
  readonly startedAt: EpochMs;
  readonly tokens: readonly TokenId[];
  readonly refresh: boolean;
  readonly account: LiveAccountRow;
};

async function takeSnapshot(
  { client }: ReconcileDeps,
  { startedAt, tokens, refresh, account }: Asked,
  signal: AbortSignal,
): Promise<AccountSnapshot> {
  const since = tradesSince(account.baselineAt, account.reconciledAt);
  const [openOrders, trades, { balanceUsd }, holdings] = await Promise.all([
    client.openOrders(signal),
    client.trades(since, signal),
    client.collateral(refresh, signal),
    Promise.all(
      tokens.map(
        async (token): Promise<[TokenId, ShareMicros]> => [token, await client.shares(token, refresh, signal)],
      ),
    ),
  ]);
  return { startedAt, openOrders, trades, collateralUsd: balanceUsd, holdings: new Map(holdings) };
}
