import type { Row } from "../ports/read-side.ts";
import {
  type Column,
  renderFitting,
  shorten,
  shortenMiddle,
  shortHex,
  showCount,
  showPercent,
  showUsd,
  textWidth,
  withoutControls,
} from "./table.ts";

const left = (title: string): Column => ({ title });
const right = (title: string): Column => ({ title, align: "right" });
const optional = (column: Column): Column => ({ ...column, optional: true });

const number = (value: unknown, digits: number): string => (typeof value === "number" ? value.toFixed(digits) : "–");
const dollars = (value: unknown, sign: "always" | "negative" = "negative"): string =>
  typeof value === "string" ? showUsd(value, sign) : "–";

const WIDE = 130;
/** `orderflow wallet` takes the first digits of an address, so those stay. */
const findable = (address: string, width: number): string => (width >= WIDE ? address : shorten(address, 15));

export function leaderTable(rows: readonly Row[], width: number): string {
  if (rows.length === 0) return "No wallet has a score yet: the first units have to close.";
  return renderFitting(
    [
      left("wallet"),
      right("score"),
      left("tier"),
      optional(right("edge, low")),
      optional(right("units")),
      optional(right("won")),
      right("P&L"),
      optional(left("followed")),
      optional(right("confidence")),
      optional(right("volume")),
      optional(left("last fill, UTC")),
    ],
    rows.map((row) => [
      findable(String(row.wallet_address), width),
      number(row.reputation_score, 2),
      String(row.trader_tier),
      number(row.edge_lower_bound, 4),
      showCount(Number(row.closed_markets)),
      showPercent(row.win_rate as number | null),
      dollars(row.total_pnl_usd, "always"),
      row.follow_eligible === true ? "yes" : `no: ${String(row.ineligible_reason ?? "unknown")}`,
      number(row.confidence_score, 2),
      dollars(row.total_volume_usd),
      time(row.last_trade_at),
    ]),
    width,
  );
}

/** One fill on one line. */
export function tailLine(row: Row, width: number): string {
  const at = time(row.timestamp).slice(5);
  const tier = String(row.trader_tier).padEnd(7);
  const cash = dollars(row.usd_amount).padStart(12);
  const what = `${String(row.side).padEnd(4)} ${String(row.outcome ?? "?")} at ${Number(row.price ?? 0).toFixed(3)}`;
  const title = String(row.market_title ?? row.market_id ?? row.token_id);
  const before = oneLine(`${at}  ${shortHex(String(row.wallet_address))}  ${tier} ${cash}  ${what.padEnd(20)}  `);
  const room = width - textWidth(before);
  // With next to no room for a title, its beginning says more than its two ends.
  return room < 12 ? shorten(before + oneLine(title), width) : before + shortenMiddle(oneLine(title), room);
}

const oneLine = (text: string): string => withoutControls(text).replaceAll("\n", "·");

/** Every figure of the wallet's row. */
export const walletLines = (row: Row, width = Number.POSITIVE_INFINITY): string =>
  renderFitting(
    [left("figure"), { title: "value", shrinks: "middle" }],
    Object.entries(row)
      .filter(([name]) => !name.startsWith("part_"))
      .map(([name, value]) => [name, show(name, value)]),
    width,
  );

function show(name: string, value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (name.endsWith("_usd") && typeof value === "string") return showUsd(value);
  if (typeof value === "number" && /_at$|_calculated$/.test(name)) return time(value);
  return typeof value === "number" && !Number.isInteger(value) ? value.toFixed(4) : String(value);
}

const time = (at: unknown): string =>
  typeof at === "number" ? new Date(at).toISOString().slice(0, 19).replace("T", " ") : "–";
