import { checkFigure } from "../format/figure.ts";
import { words } from "../format/text.ts";
import * as column from "../parts/column-kinds.tsx";
import { Nothing } from "../parts/states.tsx";
import type { Column } from "../parts/table.tsx";
import { TablePanel } from "../parts/table-panel.tsx";
import { Term } from "../parts/term.tsx";
import { Chip } from "../parts/values.tsx";
import { locale, zone } from "../state/preferences.ts";
import type { SignalPage } from "../state/rows.ts";

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

type Check = SignalPage["checks"][number];
const figure = (key: "limit" | "value", label: string): Column<Check> =>
  column.field(key, label, (row) => checkFigure(row.code, row[key], locale(), zone()), { isRight: true, card: "full" });

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
