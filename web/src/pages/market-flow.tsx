import { useMemo } from "preact/hooks";
import { usd, wholeUsd } from "../format/numbers.ts";
import { plain } from "../format/text.ts";
import { toMs } from "../format/times.ts";
import { Chart, type Line } from "../parts/chart.tsx";
import * as column from "../parts/column-kinds.tsx";
import { Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { type Column, CsvButton, Table } from "../parts/table.tsx";
import type { useAsked } from "../state/asked.ts";
import { locale } from "../state/preferences.ts";
import type { FlowPoint } from "../state/rows.ts";

/** Of its two outcomes. */
export type Names = readonly [string, string];

type TierFlow = { tier: string; outcome: number; bought_usd: number; sold_usd: number; net_usd: number };

/** Sums of the time shown, by tier and outcome. */
function byTier(points: readonly FlowPoint[]): readonly TierFlow[] {
  const sums = new Map<string, TierFlow>();
  for (const point of points) {
    const key = `${point.trader_tier}${point.outcome_index}`;
    const sum = sums.get(key) ?? {
      ...{ tier: point.trader_tier, outcome: point.outcome_index },
      ...{ bought_usd: 0, sold_usd: 0, net_usd: 0 },
    };
    sum.bought_usd += Number(point.bought_usd);
    sum.sold_usd += Number(point.sold_usd);
    sum.net_usd = sum.bought_usd - sum.sold_usd;
    sums.set(key, sum);
  }
  const order = ["WHALE", "SMART", "AVERAGE", "NOVICE", "DEGEN"];
  return [...sums.values()].sort((a, b) => order.indexOf(a.tier) - order.indexOf(b.tier) || a.outcome - b.outcome);
}

export function FlowPanel({ asked, names }: { asked: ReturnType<typeof useAsked<FlowPoint[]>>; names: Names }) {
  const columns = useMemo<readonly Column<TierFlow>[]>(
    () => [
      column.tier("tier", "Tier", { term: "traderTier", card: "title" }),
      {
        key: "outcome",
        label: "Outcome",
        show: (row) => plain(names[row.outcome === 1 ? 1 : 0]),
        value: (row) => row.outcome,
      },
      column.usd("bought_usd", "Bought"),
      column.usd("sold_usd", "Sold"),
      column.gain("net_usd", "Net"),
    ],
    [names[0], names[1]],
  );
  const rows = byTier(asked.value ?? []);
  return (
    <Panel
      width={6}
      flush
      title="Flow by tier"
      note="in the time shown"
      tools={<CsvButton name="flow" columns={columns} rows={rows} />}
    >
      <Show asked={asked} what="the flow">
        {(points) => (
          <>
            {points.length === 0 ? null : <FlowChart points={points} outcome={plain(names[0])} />}
            <Table
              name="Flow by tier"
              columns={columns}
              rows={rows}
              keyOf={(row) => row.tier + row.outcome}
              empty={<Nothing title="No fill in this time" />}
            />
          </>
        )}
      </Show>
    </Panel>
  );
}

/** What scored wallets put on the first outcome less what they took off it, or put on the other. */
function FlowChart({ points, outcome }: { points: readonly FlowPoint[]; outcome: string }) {
  const lines = useMemo<Line[]>(() => {
    const sums = new Map<number, number>();
    for (const point of points) {
      if (point.trader_tier !== "WHALE" && point.trader_tier !== "SMART") continue;
      const at = toMs(point.at) ?? 0;
      const net = Number(point.bought_usd) - Number(point.sold_usd);
      sums.set(at, (sums.get(at) ?? 0) + (point.outcome_index === 0 ? net : -net));
    }
    return [{ kind: "columns", colour: "--accent", points: [...sums].map(([at, value]) => ({ at, value })) }];
  }, [points]);
  const total = (lines[0]?.points ?? []).reduce((sum, { value }) => sum + (value ?? 0), 0);
  return (
    <div class="inset">
      <p class="small muted">WHALE and SMART wallets, net onto {outcome}</p>
      <Chart
        size="low"
        lines={lines}
        show={(value) => wholeUsd(value, locale())}
        summary={`Net flow of WHALE and SMART wallets onto ${outcome}: ${usd(total, locale(), true)}.`}
      />
    </div>
  );
}
