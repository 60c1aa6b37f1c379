import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { toCsv } from "../format/csv.ts";
import { place, setQuery } from "../state/router.ts";
import { Icon, Shape } from "./icons.tsx";
import { Nothing } from "./states.tsx";
import { Term, TermMark } from "./term.tsx";

export type Column<Row> = {
  readonly key: string;
  readonly label: string;
  /** Entry of the glossary behind the label. */
  readonly term?: string;
  readonly isRight?: boolean;
  /** At phone width: heads the card, takes a line of its own, or is left out. */
  readonly card?: "title" | "full" | "hidden";
  /** A title: one line, cut where it does not fit. */
  readonly isText?: boolean;
  /** Sentences: may wrap. */
  readonly isProse?: boolean;
  readonly show: (row: Row) => ComponentChildren;
  /** What is sorted by and what stands in the CSV file. */
  readonly value: (row: Row) => string | number | boolean | null | undefined;
};

export type TableProps<Row> = {
  /** Names the table for a screen reader, and its file. */
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Prefix of the sort in the address; without it rows stay as they came. */
  readonly sortAs?: string;
  readonly empty: ComponentChildren;
  readonly foot?: ComponentChildren;
  /** Rows that came after the page was opened light up once. */
  readonly isFresh?: (row: Row) => boolean;
  /** Stays a table at phone width and scrolls within. */
  readonly keepsShape?: boolean;
};

type Sorting = { readonly key: string; readonly isDown: boolean } | null;

function parseSort(text: string | null): Sorting {
  if (text === null) return null;
  return text.startsWith("-") ? { key: text.slice(1), isDown: true } : { key: text, isDown: false };
}

function sorted<Row>(rows: readonly Row[], column: Column<Row> | undefined, isDown: boolean): readonly Row[] {
  if (column === undefined) return rows;
  const rank = (row: Row): number | string | null => {
    const value = column.value(row);
    if (value === null || value === undefined || value === "") return null;
    const number = Number(value);
    return Number.isNaN(number) ? String(value) : number;
  };
  return rows.toSorted((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    // What is not known comes last either way.
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    const order =
      typeof left === "number" && typeof right === "number" ? left - right : String(left).localeCompare(String(right));
    return isDown ? -order : order;
  });
}

export function download(name: string, text: string, type = "text/csv"): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

export function CsvButton<Row>({ name, columns, rows }: Pick<TableProps<Row>, "name" | "columns" | "rows">) {
  return (
    <button
      type="button"
      class="button quiet"
      disabled={rows.length === 0}
      aria-label={`Download ${name} as CSV`}
      onClick={() => {
        const head = columns.map(({ key }) => key);
        const text = toCsv([head, ...rows.map((row) => columns.map(({ value }) => value(row)))]);
        download(`orderflow-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.csv`, text);
      }}
    >
      <Icon name="download" size={14} /> CSV
    </button>
  );
}

/** Roles are spelt out, because rows that are cards at phone width would lose them. */
export function Table<Row>(props: TableProps<Row>) {
  const { name, columns, rows, keyOf, sortAs, empty, foot, isFresh, keepsShape = false } = props;
  const sort = sortAs === undefined ? null : parseSort(place.value.query.get(sortAs));
  const shown = useMemo(
    () =>
      sorted(
        rows,
        columns.find(({ key }) => key === sort?.key),
        sort?.isDown ?? false,
      ),
    [rows, columns, sort?.key, sort?.isDown],
  );
  if (rows.length === 0) return <div>{typeof empty === "string" ? <Nothing title={empty} /> : empty}</div>;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <div class="table-scroll" role="group" aria-label={name} tabIndex={0}>
        <table class={keepsShape ? "table" : "table cards"} role="table" aria-label={name}>
          <thead role="rowgroup">
            <tr role="row">
              {columns.map((column) => (
                <HeadCell key={column.key} column={column} sort={sort} sortAs={sortAs} />
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {shown.map((row) => (
              <tr key={keyOf(row)} role="row" class={isFresh?.(row) === true ? "fresh" : ""}>
                {columns.map(({ key, label, card, isRight, isText, isProse, show }) => (
                  <td
                    key={key}
                    role="cell"
                    data-label={label}
                    class={`${isRight === true ? "right" : ""} ${isText === true ? "wide-text" : ""} ${isProse === true ? "prose" : ""} ${card ?? ""}`}
                  >
                    {isText === true ? <span>{show(row)}</span> : show(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {foot === undefined ? null : <div class="table-foot">{foot}</div>}
    </>
  );
}

type HeadProps<Row> = { column: Column<Row>; sort: Sorting; sortAs: string | undefined };

function HeadCell<Row>({ column, sort, sortAs }: HeadProps<Row>) {
  const { key, label, term, isRight, isText } = column;
  const isSorted = sort?.key === key;
  const direction = isSorted ? { "aria-sort": sort.isDown ? ("descending" as const) : ("ascending" as const) } : {};
  // First the largest of numbers, but the first of words.
  const next = isSorted ? (sort.isDown ? key : `-${key}`) : isRight === true ? `-${key}` : key;
  return (
    <th
      role="columnheader"
      scope="col"
      class={`${isRight === true ? "right" : ""} ${isText ? "wide-text" : ""}`}
      {...direction}
    >
      {sortAs === undefined ? (
        <Term name={term ?? ""}>{label}</Term>
      ) : (
        <>
          <button type="button" class="sort" onClick={() => setQuery({ [sortAs]: next })}>
            {label}
            {isSorted ? <Shape name={sort.isDown ? "turned" : "triangle"} size={7} /> : null}
          </button>
          {term === undefined ? null : <TermMark name={term} />}
        </>
      )}
    </th>
  );
}
