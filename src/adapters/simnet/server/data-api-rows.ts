import type { World } from "../world/world.ts";
import type { BookEntry, BookPosition, BookResolution } from "./data-api-books.ts";

/** Their sentinel for an outcome that could not be labelled. */
const UNLABELLED = 999;
/** Real feeds carry it now and then: one trade in so many. */
const UNLABELLED_EVERY = 7;

export const dollars = (micros: number): number => micros / 1e6;

const profile = { name: "", pseudonym: "", bio: "", profile_image: "", profile_image_optimized: "" };

/** A row of `/v2/trades`. */
export function tradeRow(world: World, entry: BookEntry) {
  const { market, outcome } = entry;
  return {
    proxy_wallet: world.wallets[entry.wallet]?.address ?? "",
    side: entry.side,
    token_id: market.tokenIds()[outcome],
    condition_id: market.conditionId,
    size: dollars(entry.shares),
    price: entry.price,
    timestamp: entry.timestamp,
    title: market.title,
    slug: market.slug,
    icon: "",
    event_slug: market.event.slug,
    outcome: market.outcomes[outcome],
    outcome_index: entry.serial % UNLABELLED_EVERY === 0 ? UNLABELLED : outcome,
    ...profile,
    transaction_hash: entry.hash,
  };
}

/** A row of `/v2/activity`: only trades name token and outcome. */
export function activityRow(world: World, entry: BookEntry) {
  const row = { ...tradeRow(world, entry), type: entry.kind, usdc_size: dollars(entry.cash) };
  return entry.kind === "TRADE" ? row : { ...row, token_id: "", outcome: "", outcome_index: UNLABELLED, price: 0 };
}

/** `price` of a resolved market is its payout. */
export type Priced = {
  readonly position: BookPosition;
  readonly price: number;
  readonly status: string;
  readonly isResolved: boolean;
};

export type PositionRow = ReturnType<typeof positionRow>;

/** A row of `/v2/positions`; its P&L is before fees, which are told apart. */
export function positionRow(world: World, { position, price, status }: Priced) {
  const { market, outcome, shares, cost } = position;
  const value = shares * price;
  return {
    proxy_wallet: world.wallets[position.wallet]?.address ?? "",
    token_id: market.tokenIds()[outcome],
    condition_id: market.conditionId,
    current_size: dollars(shares),
    avg_price: position.bought === 0 ? 0 : position.boughtCost / position.bought,
    entry_cost_usdc: dollars(cost),
    entry_fees_usdc: dollars(position.fees),
    total_cost_usdc: dollars(cost + position.fees),
    current_price: price,
    current_value: dollars(value),
    total_size: dollars(position.bought),
    realized_pnl: dollars(position.realised),
    unrealized_pnl: dollars(value - cost),
    total_pnl: dollars(position.realised + value - cost),
    status,
    redeemable: status === "REDEEMABLE",
    mergeable: false,
    negative_risk: market.negRisk,
    archived: false,
    title: market.title,
    slug: market.slug,
    event_id: market.event.id,
    event_slug: market.event.slug,
    outcome: market.outcomes[outcome],
    outcome_index: outcome,
    opposite_outcome: market.outcomes[outcome === 0 ? 1 : 0],
    opposite_token_id: market.tokenIds()[outcome === 0 ? 1 : 0],
    end_date: new Date(market.endsAt).toISOString().slice(0, 10),
    last_event_at: position.lastAt,
    first_entry_at: position.firstAt,
    ...profile,
    verified: false,
  };
}

/** A row of `/v2/resolutions`: payouts are in millionths of a dollar a share. */
export function resolutionRow({ market, timestamp, blockNumber }: BookResolution) {
  const [first, second] = market.payout;
  const at = new Date(timestamp * 1_000).toISOString().replace(".000Z", "Z");
  return {
    condition_id: market.conditionId,
    status: "resolved",
    extended_review: false,
    was_disputed: false,
    new_version_q: false,
    transaction_hash: "",
    log_index: "",
    last_update_timestamp: at,
    payouts: [first, second].map((numerator) => (1e6 * numerator) / (first + second)),
    resolution_source: "reported",
    was_arbitrated: false,
    resolved_block: blockNumber,
    resolved_at: at,
  };
}
