import { useMemo } from "preact/hooks";
import { toNumber, usd, wholeUsd } from "../format/numbers.ts";
import { Chart, type Line } from "../parts/chart.tsx";
import * as column from "../parts/column-kinds.tsx";
import { PageHead, Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import type { Column } from "../parts/table.tsx";
import { PagedPanel } from "../parts/table-panel.tsx";
import { Term } from "../parts/term.tsx";
import { Percent } from "../parts/values.tsx";
import { useAsked } from "../state/asked.ts";
import { locale } from "../state/preferences.ts";
import type { PerformanceDay } from "../state/rows.ts";
import { VerdictsPanel } from "./performance-verdicts.tsx";
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
      <VerdictsPanel />
      <Controls />
      <DaysChart />
      <Days />
    </div>
  </>
);

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
              show={(value) => wholeUsd(value, locale())}
              summary={`Net P&L of ${rows.length} days; the newest ${usd(rows[0]?.net_pnl_usd, locale(), true)}.`}
            />
          )
        }
      </Show>
    </Panel>
  );
}

const dayColumns: readonly Column<PerformanceDay>[] = [
  column.field("date", "Day, UTC", (row) => <b>{row.date}</b>, { card: "title" }),
  column.text("mode", "Mode", { term: "mode" }),
  column.count("signals", "Signals"),
  column.count("executed", "Executed"),
  column.percent("win_rate", "Won"),
  column.gain("gross_pnl_usd", "Gross"),
  column.usd("fees_usd", "Fees"),
  column.gain("net_pnl_usd", "Net"),
  column.gain("control_pnl_usd", "Controls", { term: "control" }),
  column.usd("equity_usd", "Equity", { term: "equityUsd" }),
  column.field("max_drawdown_pct", "Drawdown", (row) => <Percent value={row.max_drawdown_pct / 100} digits={2} />, {
    ...{ term: "drawdownRatio", isRight: true },
  }),
  column.shares("sharpe_ratio", "Sharpe", { term: "sharpeRatio" }),
  column.shares("profit_factor", "Profit factor", { term: "profitFactor" }),
];

const Days = () => (
  <PagedPanel
    name="Days"
    path="/performance"
    limit={60}
    fresh={{ topics: ["positions"] }}
    columns={dayColumns}
    keyOf={(row) => row.date + row.mode}
    sortAs="days"
    empty={<Nothing title="No day yet">The first is written when the executor starts.</Nothing>}
  />
);
