import { decimal, UNKNOWN, usd } from "../format/numbers.ts";
import { plain, words } from "../format/text.ts";
import { duration } from "../format/times.ts";
import * as column from "../parts/column-kinds.tsx";
import { Nothing } from "../parts/states.tsx";
import type { Column } from "../parts/table.tsx";
import { TablePanel } from "../parts/table-panel.tsx";
import { Term } from "../parts/term.tsx";
import { Chip } from "../parts/values.tsx";
import { locale } from "../state/preferences.ts";
import type { SignalPage } from "../state/rows.ts";

const IN_USD = /DEPLOYED|EXPOSURE|CASH|LOSS_LIMIT|LIQUIDITY|BUDGET|DRAWDOWN|_USD/;

const IS_NUMBER = /^-?\d+(\.\d+)?$/;

/** What is asked of each, so that "passed" is good news; the code itself names the refusal. */
const asked: Readonly<Record<string, string>> = {
  TRADING_PAUSED: "Trading is on",
  DAILY_LOSS_LIMIT: "Loss of the day within its limit",
  LOSS_STREAK: "No pause after losses in a row",
  DRAWDOWN_AT_MAX: "No pause after a drawdown",
  MARKET_COOLDOWN: "No stop loss here lately",
  CONFIDENCE_BELOW_MIN: "Confidence high enough",
  MARKET_CLOSED: "Market open",
  DATA_STALE: "Data fresh",
  BOOK_EMPTY: "Somebody sells",
  SLIPPAGE_ABOVE_MAX: "Price not run away",
  MARKET_ALREADY_HELD: "Market not held yet",
  POSITIONS_AT_MAX: "Room for another position",
  KELLY_NOT_POSITIVE: "Kelly share above zero",
  BELOW_MIN_SIZE: "Large enough for an order",
  DEPLOYED_AT_MAX: "Capital deployed within its limit",
  EVENT_EXPOSURE_AT_MAX: "Exposure to the event within its limit",
  CASH_EXHAUSTED: "Cash for the whole cost",
  WALLET_NOT_ALLOWED: "Wallet on the list",
  WALLET_BLOCKED: "Wallet not blocked",
  CATEGORY_NOT_ALLOWED: "Category allowed",
  LIQUIDITY_BELOW_MIN: "Liquidity sufficient",
  PRICE_OUT_OF_BAND: "Price within its band",
  TIME_LEFT_BELOW_MIN: "Time enough until the end",
};

/** Figures of a check are exact text: shown with their unit and as many digits as one can use. */
export function checkFigure(code: string, text: string | null): string {
  if (text === null) return UNKNOWN;
  if (IS_NUMBER.test(text)) {
    return IN_USD.test(code) ? usd(text, locale()) : String(Number(Number(text).toFixed(4)));
  }
  return plain(text)
    .replace(/\d+(?= ms\b)/g, (number) => `${duration(Number(number))}\u0000`)
    .replaceAll("\u0000 ms", "")
    .replace(/(\d+(?:\.\d+)?) USD\b/g, (_, number) => usd(number, locale()))
    .replace(/(\d+\.\d{3,})(?= shares\b)/g, (number) => decimal(number, 2, locale()))
    .replace(/\d+\.\d{5,}/g, (number) => decimal(number, 4, locale()));
}

type Check = SignalPage["checks"][number];
const figure = (key: "limit" | "value", label: string): Column<Check> =>
  column.field(key, label, (row) => checkFigure(row.code, row[key]), { isRight: true, card: "full" });

const columns: readonly Column<Check>[] = [
  column.field("code", "Check", ({ code }) => asked[code] ?? words(code), { card: "title" }),
  column.field("passed", "Result", (row) => (
    <Chip tone={row.passed ? "up" : "down"} shape={row.passed ? "circle" : "cross"}>
      {row.passed ? "passed" : "refused"}
    </Chip>
  )),
  figure("limit", "Limit"),
  figure("value", "Value"),
];

export const Checks = ({ checks }: { checks: readonly Check[] }) => (
  <TablePanel
    name="Checks"
    title={<Term name="refusal">Checks</Term>}
    width={7}
    note="in the order they were made; the first that refuses is the last"
    columns={columns}
    rows={checks}
    keyOf={({ step }) => String(step)}
    empty={<Nothing title="None was made">It ended before the first check.</Nothing>}
  />
);
