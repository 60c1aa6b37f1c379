/** One list for each kind of report; an empty one says which command makes the first. */
import type { ComponentChildren } from "preact";
import { plain } from "../../format/text.ts";
import * as column from "../../parts/column-kinds.tsx";
import { CsvLink, List } from "../../parts/list.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Nothing } from "../../parts/states.tsx";
import type { Column } from "../../parts/table.tsx";
import { usePaged } from "../../state/paged.ts";
import type { Backtest, Model, ResearchTable, Sweep } from "../../state/rows.ts";
import { gridText, Progress, Span, SweepValue, spanText } from "./values.tsx";

const span = <Row extends { id: string; from_at: string; to_at: string }>(kind: string): Column<Row> => ({
  key: "span",
  label: "Traded",
  card: "title",
  show: (row) => (
    <a href={`/research/${kind}${encodeURIComponent(row.id)}`}>
      <Span of={row} />
    </a>
  ),
  value: spanText,
});

const backtestColumns: readonly Column<Backtest>[] = [
  span(""),
  column.verdict("verdict", "Verdict", { term: "verdict" }),
  column.edge("edge_per_share", "Edge a share", { term: "edgePerShare" }),
  column.gainPercent("total_return", "Return"),
  column.gain("net_usd", "Net P&L"),
  column.decimal("sharpe_ratio", "Sharpe", { term: "sharpeRatio" }),
  column.percentFine("max_drawdown", "Drawdown", { term: "drawdownRatio" }),
  column.percent("win_rate", "Won", { term: "winRate" }),
  column.count("trades", "Trades"),
  column.time("created_at", "Run"),
];

const sweepColumns: readonly Column<Sweep>[] = [
  span("sweep/"),
  {
    key: "grid",
    label: "What varies",
    card: "full",
    isProse: true,
    show: ({ grid }) => gridText(grid),
    value: ({ grid }) => gridText(grid),
  },
  { key: "done", label: "Variants done", card: "full", show: (row) => <Progress of={row} />, value: (row) => row.done },
  column.verdict("verdict", "Verdict", { term: "verdict" }),
  ...(["in_sample", "out_of_sample"] as const).map(
    (key): Column<Sweep> => ({
      key,
      label: key === "in_sample" ? "In sample" : "Out of sample",
      term: key === "in_sample" ? "fit" : "judge",
      card: "full",
      isRight: true,
      show: (row) => <SweepValue of={row} value={row[key]} />,
      value: (row) => row[key],
    }),
  ),
  column.percent("overfitting_probability", "Overfitted", { term: "overfitting" }),
  column.time("begun_at", "Begun"),
];

const tableColumns: readonly Column<ResearchTable>[] = [
  {
    key: "title",
    label: "Table",
    card: "title",
    isText: true,
    show: (row) => <a href={`/research/table/${encodeURIComponent(row.id)}`}>{plain(row.title)}</a>,
    value: (row) => row.title,
  },
  {
    key: "category",
    label: "Category",
    show: (row) => plain(row.category ?? "all"),
    value: (row) => row.category,
  },
  { key: "span", label: "Fills from", show: (row) => <Span of={row} />, value: spanText },
  column.count("fills", "Fills", { term: "fill" }),
  column.time("made_at", "Made"),
];

const modelColumns: readonly Column<Model>[] = [
  {
    key: "id",
    label: "Model",
    term: "model",
    card: "title",
    show: (row) => (
      <a class="mono" href={`/research/model/${encodeURIComponent(row.id)}`}>
        {row.id.slice(0, 12)}
      </a>
    ),
    value: (row) => row.id,
  },
  { key: "span", label: "Learned from", show: (row) => <Span of={row} />, value: spanText },
  column.verdict("verdict", "Verdict", { term: "verdict" }),
  column.percent("trust", "Proven share", { term: "trust" }),
  column.count("examples", "Examples", { term: "example" }),
  column.count("signals", "Signals", { term: "signal" }),
  column.count("executed", "Executed"),
  column.gain("profit_loss_usd", "P&L", { term: "realizedPnlUsd" }),
  column.time("trained_at", "Trained"),
];

type ShelfProps<Row> = {
  readonly title: string;
  readonly path: string;
  readonly columns: readonly Column<Row>[];
  readonly note: string;
  readonly empty: ComponentChildren;
};

function Shelf<Row extends { id: string }>({ title, path, columns, note, empty }: ShelfProps<Row>) {
  const paged = usePaged<Row>(`${path}?limit=50`, { everyMs: 30_000 }, ({ id }) => id);
  return (
    <Panel flush title={title} note={note} tools={<CsvLink path={path} name={title.toLowerCase()} />}>
      <List name={title} paged={paged} columns={columns} keyOf={({ id }) => id} empty={empty} />
    </Panel>
  );
}

const Command = ({ children }: { children: string }) => <code class="command">{children}</code>;

export const Backtests = () => (
  <Shelf
    title="Backtests"
    path="/research"
    columns={backtestColumns}
    note="each variant of the rules once; those of a sweep stand in its report"
    empty={
      <Nothing title="No report yet">
        <Command>orderflow backtest --from 2026-09-01 --to 2026-11-01</Command> trades that stretch with the present
        strategy and leaves its report here.
      </Nothing>
    }
  />
);

export const Sweeps = () => (
  <Shelf
    title="Sweeps"
    path="/sweeps"
    columns={sweepColumns}
    note="chosen on one window, judged on the next"
    empty={
      <Nothing title="No sweep yet">
        <Command>orderflow sweep --param minScore=6,7,8</Command> tries every variant on all cores, chooses on one
        window and judges on the next.
      </Nothing>
    }
  />
);

export const Tables = () => (
  <Shelf
    title="Tables"
    path="/research-tables"
    columns={tableColumns}
    note="of the literature, on the data held here, beside the published figures"
    empty={
      <Nothing title="No table yet">
        <Command>orderflow research calibration</Command> makes the first; volume, concentration, size-buckets,
        persistence, delay-decay, wash, maker-taker and kelly are the others.
      </Nothing>
    }
  />
);

export const Models = () => (
  <Shelf
    title="Models"
    path="/models"
    columns={modelColumns}
    note="signals of a model are made only while it has beaten the price out of sample"
    empty={
      <Nothing title="No model yet">
        <Command>orderflow model train</Command> learns from the past and judges itself against the price; with{" "}
        <code>ENABLE_ML=true</code> and <code>MODEL_FILE</code> it is asked at every buy that may be followed.
      </Nothing>
    }
  />
);
