/** One list for each kind of report; an empty one says which command makes the first. */
import type { ComponentChildren } from "preact";
import { plain } from "../../format/text.ts";
import * as column from "../../parts/column-kinds.tsx";
import { Nothing } from "../../parts/states.tsx";
import type { Column } from "../../parts/table.tsx";
import { PagedPanel } from "../../parts/table-panel.tsx";
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

const sweepValue = (key: "in_sample" | "out_of_sample", label: string, term: string): Column<Sweep> =>
  column.field(key, label, (row) => <SweepValue of={row} value={row[key]} />, { term, card: "full", isRight: true });

const sweepColumns: readonly Column<Sweep>[] = [
  span("sweep/"),
  {
    ...{ key: "grid", label: "What varies", card: "full", isProse: true },
    show: ({ grid }) => gridText(grid),
    value: ({ grid }) => gridText(grid),
  },
  column.field("done", "Variants done", (row) => <Progress of={row} />, { card: "full" }),
  column.verdict("verdict", "Verdict", { term: "verdict" }),
  sweepValue("in_sample", "In sample", "fit"),
  sweepValue("out_of_sample", "Out of sample", "judge"),
  column.percent("overfitting_probability", "Overfitted", { term: "overfitting" }),
  column.time("begun_at", "Begun"),
];

const tableColumns: readonly Column<ResearchTable>[] = [
  column.field(
    "title",
    "Table",
    (row) => <a href={`/research/table/${encodeURIComponent(row.id)}`}>{plain(row.title)}</a>,
    { card: "title", isText: true },
  ),
  column.field("category", "Category", (row) => plain(row.category ?? "all")),
  { key: "span", label: "Fills from", show: (row) => <Span of={row} />, value: spanText },
  column.count("fills", "Fills", { term: "fill" }),
  column.time("made_at", "Made"),
];

const modelColumns: readonly Column<Model>[] = [
  column.field(
    "id",
    "Model",
    (row) => (
      <a class="mono" href={`/research/model/${encodeURIComponent(row.id)}`}>
        {row.id.slice(0, 12)}
      </a>
    ),
    { term: "model", card: "title" },
  ),
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
  readonly name: string;
  readonly path: string;
  readonly columns: readonly Column<Row>[];
  readonly note: string;
  /** Said while there is none, with the command that makes the first, and what it does. */
  readonly none: string;
  readonly command: string;
  readonly children: ComponentChildren;
};

const Shelf = <Row extends { id: string }>({ none, command, children, ...shelf }: ShelfProps<Row>) => (
  <PagedPanel
    {...shelf}
    limit={50}
    fresh={{ everyMs: 30_000 }}
    keyOf={({ id }) => id}
    empty={
      <Nothing title={none}>
        <code class="command">{command}</code> {children}
      </Nothing>
    }
  />
);

export const Backtests = () => (
  <Shelf
    name="Backtests"
    path="/research"
    columns={backtestColumns}
    note="each variant of the rules once; those of a sweep stand in its report"
    none="No report yet"
    command="orderflow backtest --from 2026-09-01 --to 2026-11-01"
  >
    trades that stretch with the present strategy and leaves its report here.
  </Shelf>
);

export const Sweeps = () => (
  <Shelf
    name="Sweeps"
    path="/sweeps"
    columns={sweepColumns}
    note="chosen on one window, judged on the next"
    none="No sweep yet"
    command="orderflow sweep --param minScore=6,7,8"
  >
    tries every variant on all cores, chooses on one window and judges on the next.
  </Shelf>
);

export const Tables = () => (
  <Shelf
    name="Tables"
    path="/research-tables"
    columns={tableColumns}
    note="of the literature, on the data held here, beside the published figures"
    none="No table yet"
    command="orderflow research calibration"
  >
    makes the first; volume, concentration, size-buckets, persistence, delay-decay, wash, maker-taker and kelly are the
    others.
  </Shelf>
);

export const Models = () => (
  <Shelf
    name="Models"
    path="/models"
    columns={modelColumns}
    note="signals of a model are made only while it has beaten the price out of sample"
    none="No model yet"
    command="orderflow model train"
  >
    learns from the past and judges itself against the price; with <code>ENABLE_ML=true</code> and{" "}
    <code>MODEL_FILE</code> it is asked at every buy that may be followed.
  </Shelf>
);
