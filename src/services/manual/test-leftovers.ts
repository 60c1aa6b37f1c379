import { MANUAL_PREFIX, type ManualMarket, manualOrderAgain } from "../../core/execution/manual-order.ts";
import type { Address, TokenId } from "../../core/ids/ids.ts";
import { formatShares, type ShareMicros, shares } from "../../core/money/amounts.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LiveOrder, LiveOrderStore } from "../../ports/live-order-store.ts";
import type { Venue } from "../../ports/venue.ts";
import type { VenueClient } from "../../ports/venue-client.ts";
import type { TestMarket } from "./live-test.ts";
import { persist } from "./persist.ts";

export type LeftoverDeps = {
  readonly store: Pick<LiveOrderStore, "named">;
  readonly venue: Venue;
  readonly client: Pick<VenueClient, "shares">;
  readonly wallet: Address;
  /** Null where nothing can be traded any more. */
  readonly marketOf: (token: TokenId, signal: AbortSignal) => Promise<ManualMarket | null>;
  /** What the executor holds of each token: not ours to sell. */
  readonly heldByExecutor: () => Promise<ReadonlyMap<TokenId, ShareMicros>>;
  /** As a person knows it. */
  readonly nameOf: (token: TokenId, signal: AbortSignal) => Promise<string>;
  readonly clock: Clock;
  readonly tell: (line: string) => void;
};

/** The venue takes hundredths of a share. */
const LEAST = 10_000n;

export type Leftover = { readonly market: TestMarket; readonly size: ShareMicros };

/**
 * What earlier tests have bought, not sold again, and can be sold: by our books, and no more than the venue says is there.
 * Their orders that were cut short are followed to their end first; what stays until its market is resolved is told.
 */
export async function findLeftovers(deps: LeftoverDeps, signal: AbortSignal): Promise<readonly Leftover[]> {
  const own = async (): Promise<readonly LiveOrder[]> =>
    (await deps.store.named(`${MANUAL_PREFIX}-`)).filter(({ signed }) => signed.order.maker === deps.wallet);
  for (const order of await own()) if (order.result === null) await endOrder(deps, order, signal);
  const executor = await deps.heldByExecutor();
  const found: Leftover[] = [];
  for (const [tokenId, bought] of netOf(await own())) {
    if (bought < LEAST) continue;
    const held = await persist(deps, () => deps.client.shares(tokenId, true, signal), signal);
    const free = held - (executor.get(tokenId) ?? 0n);
    const size = shares(free < bought ? free : bought);
    if (size < LEAST) continue;
    const [market, name] = [await deps.marketOf(tokenId, signal), await deps.nameOf(tokenId, signal)];
    if (market !== null && size >= market.book.minOrderSize) found.push({ market: { ...market, name }, size });
    else deps.tell(`note     ${formatShares(size)} shares of ${name} by an earlier test stay: ${whyNot(market)}`);
  }
  return found;
}

const whyNot = (market: ManualMarket | null): string =>
  market === null
    ? "their market trades no more (`orderflow claims`)"
    : `the market takes no less than ${formatShares(market.book.minOrderSize)} (until it is resolved)`;

async function endOrder(deps: LeftoverDeps, order: LiveOrder, signal: AbortSignal): Promise<void> {
  const { tokenId, side } = order.signed.order;
  const market = await deps.marketOf(tokenId, signal);
  const what = `an earlier test was cut short with an order to ${side} on its way (${order.orderHash})`;
  if (market === null) return deps.tell(`note     ${what}; its market trades no more`);
  deps.tell(`note     ${what}; asking the venue what became of it`);
  const result = await persist(deps, () => deps.venue.place(manualOrderAgain(market, order), signal), signal);
  const size = result.status === "filled" ? shares(result.executions.reduce((sum, each) => sum + each.size, 0n)) : null;
  deps.tell(`         ${size === null ? "it came to nothing" : `${formatShares(size)} shares were exchanged`}`);
}

/** Bought less sold, by token. */
function netOf(orders: readonly LiveOrder[]): ReadonlyMap<TokenId, bigint> {
  const net = new Map<TokenId, bigint>();
  for (const { signed, result } of orders) {
    const { side, tokenId } = signed.order;
    const executions = result?.status === "filled" ? result.executions : [];
    const size = executions.reduce((sum, each) => sum + each.size, 0n);
    net.set(tokenId, (net.get(tokenId) ?? 0n) + (side === "BUY" ? size : -size));
  }
  return net;
}
