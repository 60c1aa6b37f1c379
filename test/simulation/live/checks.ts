import { sql } from "kysely";
import type { Database } from "../../../src/adapters/postgres/connect.ts";
import type { VenueTrade } from "../../../src/core/execution/venue-answer.ts";
import { notional } from "../../../src/core/money/amounts.ts";
import { COLLATERAL_USD, START } from "../../support/live-simnet.ts";
import { replayJournal } from "../executor/checks.ts";
import type { LiveWorld } from "./world.ts";

/** What the account at the venue is allowed, by the same limits as the executor's, counted from outside. */
export type LiveLimits = {
  readonly positionsMax: number;
  readonly deployedMaxMicros: bigint;
  readonly stakeMaxMicros: bigint;
};

type Query = <Row>(statement: ReturnType<typeof sql>) => Promise<readonly Row[]>;
const forever = AbortSignal.any([]);
const DUST = 10_000n;

/** What must hold when everything has been answered, whatever happened on the way; each broken rule in words. */
export async function findLiveProblems(
  database: Database,
  world: LiveWorld,
  limits: LiveLimits,
): Promise<readonly string[]> {
  const query: Query = async <Row>(statement: ReturnType<typeof sql>) =>
    (await statement.execute(database.kysely)).rows as Row[];
  const trades = (await world.client.trades(START, forever)).toReversed();
  return [
    ...(await compareOrders(query, world, trades)),
    ...(await compareMoney(query, world)),
    ...(await compareShares(query, world)),
    ...watchLimits(trades, limits),
    ...(await unexplained(query)),
    ...(await replayJournal(query)),
  ];
}

/** Every trade at the venue is of an order of ours, booked with as much; one entry a signal; nothing rests. */
async function compareOrders(
  query: Query,
  world: LiveWorld,
  trades: readonly VenueTrade[],
): Promise<readonly string[]> {
  const orders = await query<{ hash: string; id: string; side: string; signal: string | null; size: string }>(sql`
    SELECT l.order_hash AS hash, o.client_order_id AS id, o.side, o.signal_id AS signal,
      (SELECT coalesce(sum(size_micros), 0)::text FROM flow.own_fill f WHERE f.client_order_id = o.client_order_id) AS size
    FROM flow.live_order l JOIN flow.trade_order o USING (client_order_id)`);
  const problems: string[] = [];
  const known = new Map(orders.map((order) => [order.hash, order]));
  const sizes = new Map<string, bigint>();
  for (const { orderHash, status, size, id } of trades) {
    if (!known.has(orderHash)) problems.push(`trade ${id} is of an order that we do not know`);
    if (status !== "CONFIRMED" && status !== "FAILED") problems.push(`trade ${id} is ${status} in the end`);
    if (status === "CONFIRMED") sizes.set(orderHash, (sizes.get(orderHash) ?? 0n) + size);
  }
  for (const { hash, id, size } of orders) {
    if (String(sizes.get(hash) ?? 0n) !== size)
      problems.push(`${id}: the venue filled ${sizes.get(hash)}, booked ${size}`);
  }
  const entries = orders.filter(({ side, size }) => side === "BUY" && size !== "0").map(({ signal }) => signal);
  if (new Set(entries).size < entries.length) problems.push("a signal has two positions");
  const open = await world.client.openOrders(forever);
  return [...problems, ...open.map(({ orderHash }) => `order ${orderHash} rests at the venue`)];
}

async function compareMoney(query: Query, world: LiveWorld): Promise<readonly string[]> {
  const [state] = await query<{ capital: bigint; cash: bigint; realized: bigint }>(sql`
    SELECT capital_micros AS capital, cash_micros AS cash, realized_micros AS realized FROM flow.executor_state`);
  const [open] = await query<{ cost: string }>(sql`
    SELECT coalesce(sum(open_cost_micros), 0)::text AS cost FROM flow.position WHERE status = 'OPEN'`);
  if (state === undefined || open === undefined) return ["the executor has no state"];
  const moved = world.cash() - BigInt(COLLATERAL_USD) * 1_000_000n;
  const problems: string[] = [];
  if (state.cash - state.capital !== moved)
    problems.push(`cash moved by ${state.cash - state.capital} here, by ${moved} at the venue`);
  if (state.cash + BigInt(open.cost) - state.realized !== state.capital)
    problems.push("cash + cost − realised is not the capital");
  return problems;
}

/** Dust of closed positions stays in the wallet. */
async function compareShares(query: Query, { markets, held }: LiveWorld): Promise<readonly string[]> {
  const rows = await query<{ token: string; bought: string; open: string }>(sql`
    SELECT t.token_id::text AS token,
      sum(CASE o.side WHEN 'BUY' THEN f.size_micros ELSE -f.size_micros END)::text AS bought,
      (SELECT coalesce(sum(open_shares_micros), 0)::text FROM flow.position p
        WHERE p.token_key = t.token_key AND p.status = 'OPEN') AS open
    FROM flow.own_fill f JOIN flow.trade_order o USING (client_order_id) JOIN flow.token t USING (token_key) GROUP BY t.token_key`);
  const ours = new Map(rows.map((row) => [row.token, row]));
  return markets.flatMap((market) =>
    market.tokenIds().flatMap((token, outcome) => {
      const at = held(market, outcome as 0 | 1);
      const { bought, open } = ours.get(token) ?? { bought: "0", open: "0" };
      const problems = String(at) === bought ? [] : [`${token}: ${at} held at the venue, ${bought} by our fills`];
      const dust = BigInt(bought) - BigInt(open);
      return dust < 0n || dust >= 5n * DUST ? [...problems, `${token}: ${open} open of ${bought}`] : problems;
    }),
  );
}

/** In the order in which they were matched; what failed was never held. */
function watchLimits(trades: readonly VenueTrade[], limits: LiveLimits): readonly string[] {
  const held = new Map<string, { shares: bigint; cost: bigint }>();
  const stakes = new Map<string, bigint>();
  const problems: string[] = [];
  const rank = ({ side }: VenueTrade): number => (side === "SELL" ? 0 : 1);
  // Seconds are all that the venue says: of one second the sells are taken first.
  const inOrder = trades
    .filter(({ status }) => status === "CONFIRMED")
    .toSorted((a, b) => a.matchedAt - b.matchedAt || rank(a) - rank(b));
  for (const { tokenId, side, size, price, orderHash } of inOrder) {
    const holding = held.get(tokenId) ?? { shares: 0n, cost: 0n };
    if (side === "SELL") {
      const left = holding.shares - size;
      if (left < 0n) problems.push(`sold ${size} of ${holding.shares}`);
      if (left < 5n * DUST) held.delete(tokenId);
      else held.set(tokenId, { shares: left, cost: (holding.cost * left) / holding.shares });
      continue;
    }
    const cash = notional(price, size, "floor");
    stakes.set(orderHash, (stakes.get(orderHash) ?? 0n) + cash);
    held.set(tokenId, { shares: holding.shares + size, cost: holding.cost + cash });
    if (held.size > limits.positionsMax) problems.push(`${held.size} positions at once`);
    const deployed = [...held.values()].reduce((sum, { cost }) => sum + cost, 0n);
    if (deployed > limits.deployedMaxMicros) problems.push(`${deployed} deployed at once`);
  }
  for (const [hash, stake] of stakes) if (stake > limits.stakeMaxMicros) problems.push(`${hash} cost ${stake}`);
  return problems;
}

/** Nobody else trades here, so whatever a reconciliation found was its own mistake. */
async function unexplained(query: Query): Promise<readonly string[]> {
  const rows = await query<{ kind: string; subject: string; expected: string; found: string }>(sql`
    SELECT kind, subject, expected, found FROM flow.live_difference`);
  return rows.map(({ kind, subject, expected, found }) => `difference ${kind} ${subject}: ${expected}, found ${found}`);
}
