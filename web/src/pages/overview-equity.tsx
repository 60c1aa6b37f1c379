import { useMemo } from "preact/hooks";
import { percent, toNumber, usd, wholeUsd } from "../format/numbers.ts";
import { toMs } from "../format/times.ts";
import { Chart, Legend, type Line } from "../parts/chart.tsx";
import { Choice } from "../parts/filters.tsx";
import { Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { Term } from "../parts/term.tsx";
import { withQuery } from "../state/api.ts";
import { useAsked } from "../state/asked.ts";
import { locale } from "../state/preferences.ts";
import { place } from "../state/router.ts";
import type { EquityPoint } from "../state/rows.ts";
import { session } from "../state/session.ts";
import { liveState } from "../state/stream.ts";

const SPANS = [
  ["0.25", "6 h"],
  ["1", "1 d"],
  ["7", "7 d"],
  ["30", "30 d"],
  ["3650", "All"],
] as const;

/** Paper beside live has a curve of its own: shown is that of the account above. */
const shownMode = (): string | undefined => liveState.value?.account?.mode ?? session.value?.label.mode;

export function EquityPanel() {
  const days = place.value.query.get("days") ?? "7";
  const path = withQuery("/equity", { days, points: 600 });
  const asked = useAsked<EquityPoint[]>(path, { everyMs: 10_000 });
  return (
    <Panel
      width={8}
      title={
        <>
          <Term name="equityUsd">Equity</Term> and <Term name="drawdownRatio">drawdown</Term>
        </>
      }
      tools={<Choice label="Time shown" name="days" start="7" options={SPANS} />}
    >
      <Show asked={asked} what="equity over time">
        {(points) => <EquityCharts all={points} mode={shownMode()} />}
      </Show>
    </Panel>
  );
}

function EquityCharts({ all, mode }: { all: readonly EquityPoint[]; mode: string | undefined }) {
  const points = useMemo(() => all.filter((point) => point.mode === mode), [all, mode]);
  const lines = useMemo<Line[]>(() => {
    const of = (value: (point: EquityPoint) => number | null) =>
      points.map((point) => ({ at: toMs(point.at) ?? 0, value: value(point) }));
    return [
      { kind: "area", colour: "--accent", points: of((point) => toNumber(point.equity_usd)) },
      {
        kind: "area",
        colour: "--down",
        pane: 1,
        show: (value) => percent(value, 1, locale()),
        points: of((point) => -point.drawdown_ratio),
      },
    ];
  }, [points]);
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 2) {
    return (
      <Nothing title="No curve yet">
        Equity is kept for each minute in which it changed. The first points come with the first position.
      </Nothing>
    );
  }
  const worst = Math.max(...points.map((point) => point.drawdown_ratio));
  return (
    <>
      <Legend
        items={[
          [1, "Equity"],
          [4, "Drawdown"],
        ]}
      />
      <Chart
        lines={lines}
        show={(value) => wholeUsd(value, locale())}
        summary={`Equity went from ${usd(first.equity_usd, locale())} to ${usd(last.equity_usd, locale())}; drawdown was at worst ${percent(worst, 2, locale())}.`}
      />
    </>
  );
}
