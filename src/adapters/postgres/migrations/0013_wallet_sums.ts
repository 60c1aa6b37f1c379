/**
 * What a score is made of, kept per wallet as its units and days change: an hour's run reads one row for each wallet that
 * it scores, however many units the wallet has. All sums are integers, so adding and taking away again leaves nothing.
 */

type Sum = readonly [column: string, value: string, condition: string];

const SCORED = "roi_micros IS NOT NULL";
/** Of units; each counts inside the lookback only. As in score-facts.ts. */
const SUMS: readonly Sum[] = [
  ["units", "1", SCORED],
  ["wins", "1", `${SCORED} AND realised > 0`],
  ["losses", "1", `${SCORED} AND realised < 0`],
  ["incomplete", "1", "is_incomplete"],
  ["both_sides", "1", `bought_both AND (is_incomplete OR ${SCORED})`],
  ["roi", "roi_micros", SCORED],
  ["roi_squared", "roi_micros::int8 * roi_micros", SCORED],
  ["timed_cost", "timed_cost", SCORED],
  ["ahead_cost", "ahead_cost", SCORED],
  ["cost_ms", "cost_ms", SCORED],
  ["cost", "paid_in", SCORED],
  ["pnl", "realised", SCORED],
  ["gross_profit", "realised", `${SCORED} AND realised > 0`],
  ["gross_loss", "-realised", `${SCORED} AND realised < 0`],
  ["edge_markets", "1", "edge_micros IS NOT NULL"],
  ["edge_sum", "edge_micros", "edge_micros IS NOT NULL"],
  ["edge_sum_of_squares", "edge_micros::int8 * edge_micros", "edge_micros IS NOT NULL"],
];
const NAMES = ["closed_ever", ...SUMS.map(([column]) => column)];

const added = (columns: readonly string[]): string =>
  columns.map((column) => `${column} = s.${column} + excluded.${column}`).join(", ");

/**
 * @param rows of flow.unit, with `sign` 1 where they come and -1 where they go
 * @param inWindow whether a row lies inside the lookback
 * @param ever what a row counts among all closed units
 */
export const sumUnits = (rows: string, inWindow: string, ever: string): string => `
INSERT INTO flow.wallet_sums AS s (wallet_key, ${NAMES.join(", ")}, largest_unit)
SELECT wallet_key, sum(${ever}),
  ${SUMS.map(([, value, condition]) => `coalesce(sum(sign * (${value})) FILTER (WHERE ${inWindow} AND ${condition}), 0)`).join(",\n  ")},
  greatest(max(realised) FILTER (WHERE sign > 0 AND ${inWindow} AND ${SCORED}), 0)
FROM (${rows}) AS changed WHERE closed_at IS NOT NULL AND NOT is_combo GROUP BY wallet_key
ON CONFLICT (wallet_key) DO UPDATE SET ${added(NAMES)},
  largest_unit = CASE WHEN s.largest_unit IS NOT NULL THEN greatest(s.largest_unit, excluded.largest_unit) END`;

/** The largest unit has to be looked for again where it may be among the rows. */
export const forgetLargest = (rows: string): string => `
UPDATE flow.wallet_sums s SET largest_unit = NULL
FROM (SELECT wallet_key, max(realised) AS gone FROM (${rows}) AS changed
  WHERE closed_at IS NOT NULL AND NOT is_combo AND ${SCORED} AND realised > 0 GROUP BY wallet_key) r
WHERE s.wallet_key = r.wallet_key AND r.gone >= s.largest_unit`;

/** @param rows of flow.wallet_day inside the lookback, with `sign` */
export const sumDays = (rows: string): string => `
INSERT INTO flow.wallet_sums AS s (wallet_key, fills, volume, maker_volume)
SELECT wallet_key, sum(sign * fills), sum(sign * volume_micros), sum(sign * maker_volume_micros)
FROM (${rows}) AS changed GROUP BY wallet_key
ON CONFLICT (wallet_key) DO UPDATE SET ${added(["fills", "volume", "maker_volume"])}`;

const NEW = "SELECT *, 1 AS sign FROM added";
const OLD = "SELECT *, -1 AS sign FROM removed";
const BOTH = `${OLD} UNION ALL ${NEW}`;
const CUTOFF = "(SELECT coalesce(scored_cutoff, '-infinity') FROM flow.ledger_state)";
const FIRST_DAY = `(SELECT coalesce(floor(extract(epoch FROM scored_cutoff) / 86400), -1) FROM flow.ledger_state)`;
const IN_WINDOW = "closed_at > cutoff";
/** Rows that are replaced by one that is worth as much do not count as gone. */
const LOST = `SELECT r.* FROM removed r LEFT JOIN added a USING (wallet_key, market_key)
  WHERE a.closed_at IS NULL OR a.roi_micros IS NULL OR a.realised < r.realised`;

const body = (...statements: readonly string[]): string => `
  DECLARE
    cutoff timestamptz := ${CUTOFF};
    first_day int := ${FIRST_DAY};
  BEGIN
    ${statements.map((statement) => `${statement};`).join("\n")}
    RETURN NULL;
  END`;

const TRIGGERS: readonly (readonly [table: string, event: string, tables: string, body: string])[] = [
  ["unit", "INSERT", "NEW TABLE AS added", body(sumUnits(NEW, IN_WINDOW, "sign"))],
  [
    "unit",
    "UPDATE",
    "OLD TABLE AS removed NEW TABLE AS added",
    body(forgetLargest(LOST), sumUnits(BOTH, IN_WINDOW, "sign")),
  ],
  [
    "unit",
    "DELETE",
    "OLD TABLE AS removed",
    body(forgetLargest("SELECT * FROM removed"), sumUnits(OLD, IN_WINDOW, "sign")),
  ],
  ["wallet_day", "INSERT", "NEW TABLE AS added", body(sumDays(`${NEW} WHERE epoch_day >= first_day`))],
  [
    "wallet_day",
    "UPDATE",
    "OLD TABLE AS removed NEW TABLE AS added",
    body(sumDays(`${OLD} WHERE epoch_day >= first_day UNION ALL ${NEW} WHERE epoch_day >= first_day`)),
  ],
];

export const walletSumsSql = `
-- Of closed units that are no combos. Everything but closed_ever counts inside the lookback as of ledger_state.scored_cutoff.
CREATE TABLE flow.wallet_sums (
  wallet_key int PRIMARY KEY,
  ${NAMES.map((name) => `${name} ${/cost_ms|squares/.test(name) ? "numeric" : "bigint"} NOT NULL DEFAULT 0`).join(",\n  ")},
  fills bigint NOT NULL DEFAULT 0,
  volume numeric NOT NULL DEFAULT 0,
  maker_volume numeric NOT NULL DEFAULT 0,
  -- P&L of the best unit, at least 0; null: to be looked for
  largest_unit bigint DEFAULT 0
) WITH (fillfactor = 70);
${sumUnits("SELECT *, 1 AS sign FROM flow.unit", `closed_at > ${CUTOFF}`, "sign")};
${sumDays(`SELECT *, 1 AS sign FROM flow.wallet_day WHERE epoch_day >= ${FIRST_DAY}`)};
${TRIGGERS.map(
  ([table, event, tables, text]) => `
CREATE FUNCTION flow.sum_${table}_${event.toLowerCase()}() RETURNS trigger LANGUAGE plpgsql AS $$${text} $$;
CREATE TRIGGER sums_after_${event.toLowerCase()} AFTER ${event} ON flow.${table}
  REFERENCING ${tables} FOR EACH STATEMENT EXECUTE FUNCTION flow.sum_${table}_${event.toLowerCase()}();`,
).join("")}
`;
