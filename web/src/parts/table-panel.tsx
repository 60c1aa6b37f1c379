/** A table in its panel: heading, CSV, rows, and what stands there without them. */
import type { ComponentChildren } from "preact";
import { API } from "../state/api.ts";
import type { Asked, AskOptions } from "../state/asked.ts";
import { usePaged } from "../state/paged.ts";
import { Icon } from "./icons.tsx";
import { Panel, type PanelProps } from "./panel.tsx";
import { Show } from "./states.tsx";
import { CsvButton, Table, type TableProps } from "./table.tsx";

/** All rows that the question finds, not only those on the screen. */
export const CsvLink = ({ path, name }: { path: string; name: string }) => (
  <a
    class="button quiet"
    href={`${API}${path}${path.includes("?") ? "&" : "?"}format=csv`}
    download
    aria-label={`Download ${name} as CSV`}
  >
    <Icon name="download" size={14} /> CSV
  </a>
);

type TablePanelProps<Row> = Omit<PanelProps, "title" | "flush" | "children"> &
  TableProps<Row> & {
    /** Where it is not the name. */
    readonly title?: ComponentChildren;
    /** Question whose whole answer the CSV has; without it, it has the rows. */
    readonly csv?: string;
    /** Rows that are asked for: until there are any, what is awaited or why they do not come. */
    readonly asked?: Asked<unknown>;
    /** Below the table. */
    readonly children?: ComponentChildren;
  };

export function TablePanel<Row>(props: TablePanelProps<Row>) {
  const { title, width, note, tools, csv, asked, children, ...table } = props;
  const name = table.name.toLowerCase();
  const body = () => (
    <>
      <Table {...table} />
      {children}
    </>
  );
  return (
    <Panel
      flush
      title={title ?? table.name}
      width={width}
      note={note}
      tools={
        <>
          {tools}
          {csv === undefined ? (
            <CsvButton name={name} columns={table.columns} rows={table.rows} />
          ) : (
            <CsvLink path={csv} name={name} />
          )}
        </>
      }
    >
      {asked === undefined ? (
        body()
      ) : (
        <Show asked={asked} what={name}>
          {body}
        </Show>
      )}
    </Panel>
  );
}

type PagedPanelProps<Row> = Omit<TablePanelProps<Row>, "rows" | "foot" | "csv" | "asked"> & {
  readonly path: string;
  /** Rows of a page. */
  readonly limit: number;
  readonly fresh?: AskOptions;
};

/** The same of a list that comes by pages. */
export function PagedPanel<Row>({ path, limit, fresh = {}, ...panel }: PagedPanelProps<Row>) {
  const paged = usePaged<Row>(`${path}${path.includes("?") ? "&" : "?"}limit=${limit}`, fresh, panel.keyOf);
  return (
    <TablePanel
      {...panel}
      csv={path}
      asked={paged}
      rows={paged.rows}
      foot={
        <>
          <span>
            {paged.rows.length} shown{paged.more === null ? ", which is all" : ""}
          </span>
          {paged.more === null ? null : (
            <button type="button" class="button" disabled={paged.isMoreAsked} onClick={paged.more}>
              {paged.isMoreAsked ? "Reading…" : "Show more"}
            </button>
          )}
        </>
      }
    />
  );
}
