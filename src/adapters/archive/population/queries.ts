/**
 * The ledger of the whole population without an order of events: one aggregate per wallet and market, its two tokens side
 * by side, joined to the payouts. Plain SQL of sums, CASE and joins, so that a distributed column store runs the same
 * text (ClickHouse with join_use_nulls = 1); what is an engine's own is in `Dialect`.
 *
 * Sums of micros are cast to 64 bits where they are stored: wider integers become floats in Parquet.
 *
 * Relations: fill (wallet_key, market_key, outcome_index, is_sell, is_fee_in_shares, size_micros, cash_micros, fee_micros),
 * and leg, token, market, wallet, unit as in relations.ts.
 *
 * Why it needs no order (strategy section 2, for complete units): what is sold beyond the holding marks a unit incomplete,
 * so in all others every share, every payment and every fee counts in full; and once a market has resolved, holdings are
 * worth their payout, so that P&L is cash in − cash out + shares · payout, whatever the cost of each share was on the way.
 * Shares of a claim that was redeemed are still counted as held: redeeming moves cash, not P&L.
 * What does need it, and is left to the row ledger:
 * - whether a unit is complete, when it became flat, episodes and so the edge;
 * - the cost of what is still held in an open market, and with it the P&L of units that sold only a part;
 * - units whose shares left at their cost: in a conversion, a migration or a transfer to a wallet of the same owner
 *   (`is_coupled`), where the sum over the owner's units is again free of order, or to somebody else (`has_left`).
 */
export type Dialect = {
  /** Quotient of two integers, rounded down. */
  quotient(over: string, under: string): string;
  /** An integer type of 128 bits. */
  readonly wide: string;
};

export const DUCKDB: Dialect = { quotient: (over, under) => `((${over}) // (${under}))`, wide: "HUGEINT" };
export const CLICKHOUSE: Dialect = { quotient: (over, under) => `intDiv(${over}, ${under})`, wide: "Int128" };

/** BUY: shares less a fee in shares, cash plus a fee in collateral. SELL: cash less the fee. */
export const sumsOfFills = `
  SELECT wallet_key, market_key, count(*) AS entries,
    sum(CASE WHEN outcome_index = 0 THEN shares ELSE 0 END) AS shares_0,
    sum(CASE WHEN outcome_index = 1 THEN shares ELSE 0 END) AS shares_1,
    sum(CASE WHEN is_sell = 1 THEN cash_micros - fee_micros ELSE 0 END) AS cash_in,
    sum(CASE WHEN is_sell = 1 THEN 0 WHEN is_fee_in_shares = 1 THEN cash_micros ELSE cash_micros + fee_micros END) AS cash_out
  FROM (
    SELECT wallet_key, market_key, outcome_index, is_sell, is_fee_in_shares, cash_micros, fee_micros,
      CASE WHEN is_sell = 1 THEN -size_micros WHEN is_fee_in_shares = 1 THEN size_micros - fee_micros ELSE size_micros END AS shares
    FROM fill
  ) AS f
  GROUP BY wallet_key, market_key`;

/** Kinds: 1 split, 2 merge, 3 redeem, 4 convert, 5 migrate, 6 transfer. */
const sumsOfLegs = `
  SELECT wallet_key, market_key, count(*) AS entries,
    sum(CASE WHEN kind <> 3 AND outcome_index = 0 THEN amount_micros ELSE 0 END) AS shares_0,
    sum(CASE WHEN kind <> 3 AND outcome_index = 1 THEN amount_micros ELSE 0 END) AS shares_1,
    sum(CASE WHEN kind = 3 AND outcome_index = 0 THEN -amount_micros ELSE 0 END) AS redeemed_0,
    sum(CASE WHEN kind = 3 AND outcome_index = 1 THEN -amount_micros ELSE 0 END) AS redeemed_1,
    sum(CASE WHEN kind <> 3 AND cash_micros > 0 THEN cash_micros ELSE 0 END) AS cash_in,
    sum(CASE WHEN kind <> 3 AND cash_micros < 0 THEN -cash_micros ELSE 0 END) AS cash_out,
    sum(CASE WHEN kind >= 3 THEN 1 ELSE 0 END) AS rounded,
    max(CASE WHEN kind IN (4, 5) OR (kind = 6 AND is_own = 1) THEN 1 ELSE 0 END) AS is_coupled,
    max(CASE WHEN kind = 6 AND is_own = 0 AND amount_micros < 0 THEN 1 ELSE 0 END) AS has_left
  FROM leg JOIN token ON token.token_key = leg.token_key
  GROUP BY wallet_key, market_key`;

/**
 * One row a unit. `shares` are what is held; `money` is cash in less cash out and, once resolved, what all shares that
 * were not sold are worth. `rounding`: of a payout that is neither all nor nothing, each leg can round by a micro.
 */
export function unitsQuery({ quotient, wide }: Dialect): string {
  const value = (outcome: 0 | 1): string =>
    quotient(`CAST(s.shares_${outcome} AS ${wide}) * m.numerator_${outcome}`, "m.numerator_0 + m.numerator_1");
  const both = (column: string): string => `coalesce(f.${column}, 0) + coalesce(l.${column}, 0) AS ${column}`;
  return `
  SELECT s.wallet_key, s.market_key, s.entries, CAST(s.shares_0 - s.redeemed_0 AS BIGINT) AS shares_0,
    CAST(s.shares_1 - s.redeemed_1 AS BIGINT) AS shares_1, CAST(s.cash_out AS BIGINT) AS paid_in,
    CAST(s.cash_in - s.cash_out + CASE WHEN m.numerator_0 IS NULL THEN 0 ELSE ${value(0)} + ${value(1)} END AS BIGINT)
      AS money,
    CAST(CASE WHEN m.numerator_0 > 0 AND m.numerator_1 > 0 THEN s.rounded ELSE 0 END AS BIGINT) AS rounding,
    CASE WHEN m.numerator_0 IS NOT NULL THEN 1 WHEN s.shares_0 = s.redeemed_0 AND s.shares_1 = s.redeemed_1 THEN 1
      ELSE 0 END AS is_settled,
    s.is_coupled, s.has_left, m.is_waiting
  FROM (
    SELECT coalesce(f.wallet_key, l.wallet_key) AS wallet_key, coalesce(f.market_key, l.market_key) AS market_key,
      ${both("entries")}, ${both("shares_0")}, ${both("shares_1")}, ${both("cash_in")}, ${both("cash_out")},
      coalesce(l.redeemed_0, 0) AS redeemed_0, coalesce(l.redeemed_1, 0) AS redeemed_1, coalesce(l.rounded, 0) AS rounded,
      coalesce(l.is_coupled, 0) AS is_coupled, coalesce(l.has_left, 0) AS has_left
    FROM (${sumsOfFills}) AS f
    FULL JOIN (${sumsOfLegs}) AS l ON l.wallet_key = f.wallet_key AND l.market_key = f.market_key
  ) AS s
  JOIN market AS m ON m.market_key = s.market_key`;
}

/** One row a wallet, from the rows of `unitsQuery` as recomputed. A unit that holds less than nothing is incomplete. */
export const walletsQuery = `
  SELECT wallet_key, count(*) AS units, CAST(sum(entries) AS BIGINT) AS entries,
    CAST(sum(is_settled) AS BIGINT) AS settled_units,
    CAST(sum(CASE WHEN is_settled = 1 AND money > 0 THEN 1 ELSE 0 END) AS BIGINT) AS wins,
    CAST(sum(CASE WHEN is_settled = 1 THEN money ELSE 0 END) AS BIGINT) AS pnl,
    CAST(sum(paid_in) AS BIGINT) AS paid_in,
    CAST(sum(CASE WHEN shares_0 < 0 OR shares_1 < 0 THEN 1 ELSE 0 END) AS BIGINT) AS oversold_units
  FROM recomputed GROUP BY wallet_key`;

const PAIR = [
  "wallet_key",
  "market_key",
  "is_recomputed",
  "is_in_ledger",
  "r_shares_0",
  "r_shares_1",
  "r_money",
  "r_paid_in",
].concat(["shares_0", "shares_1", "money", "paid_in", "rounding", "is_incomplete", "is_coupled", "has_left"]);
/** Named one by one: of a name that both sides of a join have, ClickHouse makes another one out of `p.*`. */
const pairOf = (alias: string): string => PAIR.map((column) => `${alias}.${column} AS ${column}`).join(", ");

/**
 * Every unit of either side once, with how it can be compared: 'alone', 'together' with the owner's others, 'shares' only,
 * or not at all ('incomplete', 'waiting').
 */
export const comparisonQuery = `
  WITH pair AS (
    SELECT coalesce(r.wallet_key, u.wallet_key) AS wallet_key, coalesce(r.market_key, u.market_key) AS market_key,
      r.wallet_key IS NOT NULL AS is_recomputed, u.wallet_key IS NOT NULL AS is_in_ledger,
      r.shares_0 AS r_shares_0, r.shares_1 AS r_shares_1, r.money AS r_money, r.paid_in AS r_paid_in,
      u.shares_0 AS shares_0, u.shares_1 AS shares_1, u.money AS money, u.paid_in AS paid_in, r.rounding AS rounding, coalesce(u.is_incomplete, 0) AS is_incomplete,
      coalesce(r.is_coupled, 0) AS is_coupled, coalesce(r.has_left, 0) AS has_left
    FROM recomputed AS r FULL JOIN unit AS u ON u.wallet_key = r.wallet_key AND u.market_key = r.market_key
  ),
  owned AS (
    SELECT ${pairOf("p")}, w.owner_key, m.is_waiting
    FROM pair AS p JOIN wallet AS w ON w.wallet_key = p.wallet_key JOIN market AS m ON m.market_key = p.market_key
  ),
  spoilt AS (
    SELECT owner_key, max(is_incomplete) AS has_incomplete, max(has_left) AS has_left, max(is_waiting) AS has_waiting
    FROM owned WHERE is_coupled = 1 GROUP BY owner_key
  )
  SELECT ${pairOf("o")}, o.owner_key AS owner_key, o.is_waiting AS is_waiting,
    CASE WHEN o.is_waiting = 1 OR (o.is_coupled = 1 AND s.has_waiting = 1) THEN 'waiting'
      WHEN o.is_incomplete = 1 THEN 'incomplete'
      WHEN o.has_left = 1 OR (o.is_coupled = 1 AND (s.has_left = 1 OR s.has_incomplete = 1)) THEN 'shares'
      WHEN o.is_coupled = 1 THEN 'together' ELSE 'alone' END AS manner
  FROM owned AS o LEFT JOIN spoilt AS s ON s.owner_key = o.owner_key`;

/** Rows (wallet_key, market_key, figure, ledger, recomputed), from the rows of `comparisonQuery` as compared. */
export const differencesQuery = `
  SELECT wallet_key, market_key, 'unit' AS figure, CASE WHEN is_in_ledger THEN money END AS ledger,
    CASE WHEN is_recomputed THEN r_money END AS recomputed
  FROM compared WHERE manner NOT IN ('waiting', 'incomplete') AND (NOT is_in_ledger OR NOT is_recomputed)
  UNION ALL
  SELECT wallet_key, market_key, 'shares 0', shares_0, r_shares_0 FROM compared
  WHERE manner IN ('alone', 'together', 'shares') AND shares_0 <> r_shares_0
  UNION ALL
  SELECT wallet_key, market_key, 'shares 1', shares_1, r_shares_1 FROM compared
  WHERE manner IN ('alone', 'together', 'shares') AND shares_1 <> r_shares_1
  UNION ALL
  SELECT wallet_key, market_key, 'paid in', paid_in, r_paid_in FROM compared
  WHERE manner = 'alone' AND paid_in <> r_paid_in
  UNION ALL
  SELECT wallet_key, market_key, 'money', money, r_money FROM compared
  WHERE manner = 'alone' AND abs(money - r_money) > rounding
  UNION ALL
  SELECT owner_key, NULL, 'money', CAST(sum(money) AS BIGINT), CAST(sum(r_money) AS BIGINT) FROM compared
  WHERE manner = 'together' AND is_in_ledger AND is_recomputed
  GROUP BY owner_key HAVING abs(sum(money) - sum(r_money)) > sum(rounding)`;
