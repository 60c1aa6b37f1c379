import { decimal, price, toNumber, UNKNOWN, usd } from "../format/numbers.ts";
import { plain, words } from "../format/text.ts";
import { duration, toMs } from "../format/times.ts";
import * as column from "../parts/column-kinds.tsx";
import { Ladder, type Level } from "../parts/drawings.tsx";
import { Fact, Panel } from "../parts/panel.tsx";
import { Nothing } from "../parts/states.tsx";
import { type Column, CsvButton, Table } from "../parts/table.tsx";
import { Term } from "../parts/term.tsx";
import { Chip, Time } from "../parts/values.tsx";
import { locale } from "../state/preferences.ts";
import type { SignalPage } from "../state/rows.ts";

const IN_USD = /DEPLOYED|EXPOSURE|CASH|LOSS_LIMIT|LIQUIDITY|BUDGET|DRAWDOWN|_USD/;

/** Figures of a check are exact text: shown with their unit and as many digits as one can use. */
export function checkFigure(code: string, text: string | null): string {
  if (text === null) return UNKNOWN;
  if (/^-?\d+(\.\d+)?$/.test(text)) {
    return IN_USD.test(code) ? usd(text, locale()) : String(Number(Number(text).toFixed(4)));
  }
  return plain(text)
    .replace(/\d+(?= ms\b)/g, (number) => `${duration(Number(number))}\u0000`)
    .replaceAll("\u0000 ms", "")
    .replace(/\d+\.\d{5,}/g, (number) => decimal(number, 4, locale()));
}

type Check = SignalPage["checks"][number];
const columns: readonly Column<Check>[] = [
  column.code("code", "Check", { card: "title" }),
  {
    key: "passed",
    label: "Result",
    show: (row) => (
      <Chip tone={row.passed ? "up" : "down"} shape={row.passed ? "circle" : "cross"}>
        {row.passed ? "passed" : "refused"}
      </Chip>
    ),
    value: (row) => row.passed,
  },
  {
    key: "limit",
    label: "Limit",
    isRight: true,
    card: "full",
    show: (row) => checkFigure(row.code, row.limit),
    value: (row) => row.limit,
  },
  {
    key: "value",
    label: "Value",
    isRight: true,
    card: "full",
    show: (row) => checkFigure(row.code, row.value),
    value: (row) => row.value,
  },
];

export const Checks = ({ checks }: { checks: readonly Check[] }) => (
  <Panel
    flush
    width={7}
    title={<Term name="refusal">Checks</Term>}
    note="in the order they were made; the first that refuses is the last"
    tools={<CsvButton name="checks" columns={columns} rows={checks} />}
  >
    <Table
      name="Checks"
      columns={columns}
      rows={checks}
      keyOf={({ step }) => String(step)}
      empty={<Nothing title="None was made">It ended before the first check.</Nothing>}
    />
  </Panel>
);

/** What the decision saw of the market, as it was stored: the book as a ladder, the rest by name. */
export function BookSeen({ book }: { book: unknown }) {
  return (
    <Panel width={5} title="The book as it was seen">
      {typeof book === "object" && book !== null ? (
        <Seen book={book} />
      ) : (
        <Nothing title="No book was seen">It was decided before one was asked for, or none came in time.</Nothing>
      )}
    </Panel>
  );
}

function Seen({ book }: { book: object }) {
  const { asks, bids, ...rest } = book as { readonly asks?: unknown; readonly bids?: unknown };
  return (
    <div class="stack">
      <Ladder asks={levelsOf(asks)} bids={levelsOf(bids)} />
      <dl class="facts">
        {Object.entries(rest).map(([name, value]) => (
          <Fact key={name} label={words(name.replace(/[A-Z]/g, " $&"))}>
            {seenText(name, value)}
          </Fact>
        ))}
      </dl>
    </div>
  );
}

/** A level is stored as its price and the shares there. */
const levelsOf = (stored: unknown): readonly Level[] =>
  Array.isArray(stored)
    ? stored.flatMap((level) => {
        const [at, shares] = Array.isArray(level) ? level.map((one) => toNumber(one)) : [];
        return at == null || shares == null ? [] : [{ at, shares }];
      })
    : [];

function seenText(name: string, value: unknown) {
  if (value === null || value === undefined) return UNKNOWN;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (/(At|AsOf)$/.test(name) && toMs(Number(value)) !== null) return <Time at={Number(value)} seconds />;
  if (/price$/i.test(name)) return price(String(value), locale());
  return plain(typeof value === "string" ? value : JSON.stringify(value));
}
