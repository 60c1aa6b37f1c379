import { useMemo } from "preact/hooks";
import { toNumber, usd } from "../format/numbers.ts";
import { plain, shortHex, words } from "../format/text.ts";
import { Chart, type Line } from "../parts/chart.tsx";
import * as column from "../parts/column-kinds.tsx";
import { Choice, CsvLink, List } from "../parts/list.tsx";
import { PageHead, Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { type Column, CsvButton, Table } from "../parts/table.tsx";
import { Term } from "../parts/term.tsx";
import { Percent, TIERS, Tier, Verdict, WalletLink } from "../parts/values.tsx";
import { useAsked } from "../state/asked.ts";
import { usePaged } from "../state/paged.ts";
import { locale } from "../state/preferences.ts";
import { place } from "../state/router.ts";
import type { Breakdown, PerformanceDay } from "../state/rows.ts";
import { Controls } from "./signals.tsx";

export const PerformancePage = () => (
  <>
    <PageHead
      title="Performance"
      about={
        <>
          What the record proves, and what it does not. A <Term name="verdict">verdict</Term> is clustered by event,
          because ten bets on one match are one piece of luck.
        </>
      }
    />
    <div class="grid">
      <BreakdownPanel />
      <Controls />
      <DaysChart />
      <Days />
    </div>
  </>
);

function Name({ row, by }: { row: Breakdown; by: string }) {
  if (by === "wallet") return row.name.startsWith("0x") ? <WalletLink address={row.name} /> : <span>{row.name}</span>;
  return TIERS.includes(row.name) ? (
    <Tier of={row.name} />
  ) : (
    <span>{by === "category" ? plain(row.name) : words(row.name)}</span>
  );
}

/** Why a verdict is what it is, and what another one would need. */
function because({ verdict, lower_bound: lower, clusters }: Breakdown): string {
  if (verdict === "proven") return "even the lower bound is above zero";
  if (verdict === "negative") return "even the upper bound is below zero";
  if (lower === null) return clusters === 0 ? "nothing has closed" : "too few events for bounds";
  return "zero lies between the bounds: more events would narrow them";
}

function BreakdownPanel() {
  const by = place.value.query.get("by") ?? "signal_type";
  const asked = useAsked<Breakdown[]>(`/performance/breakdown?by=${encodeURIComponent(by)}`, { topics: ["positions"] });
  const columns = useMemo<readonly Column<Breakdown>[]>(
    () => [
      {
        key: "name",
        label: words(by),
        card: "title",
        show: (row) => <Name row={row} by={by} />,
        value: (row) => (by === "wallet" ? shortHex(row.name) : row.name),
      },
      {
        key: "verdict",
        label: "Verdict",
        term: "verdict",
        show: (row) => <Verdict of={row.verdict} />,
        value: (row) => row.verdict,
      },
      column.count("closed", "Closed", { term: "position" }),
      column.count("clusters", "Events", { term: "event" }),
      column.percent("win_rate", "Won", { term: "winRate" }),
      column.gain("net_pnl_usd", "Net P&L", { term: "realizedPnlUsd" }),
      column.usd("fees_usd", "Fees"),
      column.edge("edge_per_share", "Edge a share", { term: "edgePerShare" }),
      column.edge("lower_bound", "At least"),
      column.edge("upper_bound", "At most"),
      { key: "because", label: "Because", card: "full", isProse: true, show: because, value: because },
    ],
    [by],
  );
  return (
    <Panel
      flush
      title="Verdicts"
      note="of closed positions, after fees; bounds one-sided 95 %"
      tools={
        <>
          <Choice
            label="Grouped by"
            name="by"
            start="signal_type"
            options={[
              ["signal_type", "Type"],
              ["tier", "Tier"],
              ["category", "Category"],
              ["wallet", "Wallet"],
            ]}
          />
          <CsvButton name={`verdicts by ${by}`} columns={columns} rows={asked.value ?? []} />
        </>
      }
    >
      <Show asked={asked} what="the verdicts">
        {(rows) => (
          <Table
            name="Verdicts"
            columns={columns}
            rows={rows}
            keyOf={(row) => row.mode + row.name}
            sortAs="sort"
            empty={
              <Nothing title="Nothing to judge yet">
                A verdict needs closed positions, and “proven” needs many, of different events. Until then it cannot
                tell.
              </Nothing>
            }
          />
        )}
      </Show>
    </Panel>
  );
}

function DaysChart() {
  const asked = useAsked<{ rows: PerformanceDay[] }>("/performance?limit=90", { topics: ["positions"] });
  const lines = useMemo<Line[]>(
    () => [
      {
        kind: "columns",
        colour: "--accent",
        points: (asked.value?.rows ?? []).map((row) => ({
          at: Date.parse(`${row.date}T00:00:00Z`),
          value: toNumber(row.net_pnl_usd),
        })),
      },
    ],
    [asked.value],
  );
  return (
    <Panel width={6} title="Net P&L by day, UTC">
      <Show asked={asked} what="the days">
        {({ rows }) =>
          rows.length < 2 ? (
            <Nothing title={rows.length === 0 ? "No day yet" : "One day so far"}>
              Columns begin with the second day.
            </Nothing>
          ) : (
            <Chart
              size="middle"
              lines={lines}
              show={(value) => usd(value, locale())}
              summary={`Net P&L of ${rows.length} days; the newest ${usd(rows[0]?.net_pnl_usd, locale(), true)}.`}
            />
          )
        }
      </Show>
    </Panel>
  );
}

const dayColumns: readonly Column<PerformanceDay>[] = [
  { key: "date", label: "Day, UTC", card: "title", show: (row) => <b>{row.date}</b>, value: (row) => row.date },
  { key: "mode", label: "Mode", term: "mode", show: (row) => row.mode, value: (row) => row.mode },
  column.count("signals", "Signals"),
  column.count("executed", "Executed"),
  column.percent("win_rate", "Won"),
  column.gain("gross_pnl_usd", "Gross"),
  column.usd("fees_usd", "Fees"),
  column.gain("net_pnl_usd", "Net"),
  column.gain("control_pnl_usd", "Controls", { term: "control" }),
  column.usd("equity_usd", "Equity", { term: "equityUsd" }),
  {
    key: "max_drawdown_pct",
    label: "Drawdown",
    term: "drawdownRatio",
    isRight: true,
    show: (row) => <Percent value={row.max_drawdown_pct / 100} digits={2} />,
    value: (row) => row.max_drawdown_pct,
  },
  column.shares("sharpe_ratio", "Sharpe", { term: "sharpeRatio" }),
  column.shares("profit_factor", "Profit factor", { term: "profitFactor" }),
];

function Days() {
  const paged = usePaged<PerformanceDay>(
    "/performance?limit=60",
    { topics: ["positions"] },
    (row) => row.date + row.mode,
  );
  return (
    <Panel flush title="Days" tools={<CsvLink path="/performance" name="days" />}>
      <List
        name="Days"
        paged={paged}
        columns={dayColumns}
        keyOf={(row) => row.date + row.mode}
        sortAs="days"
        empty={<Nothing title="No day yet">The first is written when the executor starts.</Nothing>}
      />
    </Panel>
  );
}
