import { durationOr } from "../format/times.ts";
import * as column from "../parts/column-kinds.tsx";
import { Histogram } from "../parts/drawings.tsx";
import { Panel } from "../parts/panel.tsx";
import { type Column, CsvButton } from "../parts/table.tsx";
import type { Health } from "../state/rows.ts";

const stageNames = {
  block_to_row: "Block → row",
  row_to_decision: "Row → decision",
  decision_to_order: "Decision → order",
  order_to_answer: "Order → answer",
} as const;

type Latency = Health["latencies"][number];
const latencyColumns: readonly Column<Latency>[] = [
  { key: "stage", label: "Stage", show: (row) => stageNames[row.stage], value: (row) => row.stage },
  column.count("count", "Sample"),
  {
    key: "p50_ms",
    label: "Half below",
    isRight: true,
    show: (row) => durationOr(row.p50_ms),
    value: (row) => row.p50_ms,
  },
  { key: "p90_ms", label: "90 %", isRight: true, show: (row) => durationOr(row.p90_ms), value: (row) => row.p90_ms },
  { key: "p99_ms", label: "99 %", isRight: true, show: (row) => durationOr(row.p99_ms), value: (row) => row.p99_ms },
];

export const Latencies = ({ health }: { health: Health }) => (
  <Panel
    title="Latency, from block to answer"
    note="of the newest 2,000; milliseconds below a second"
    tools={<CsvButton name="latencies" columns={latencyColumns} rows={health.latencies} />}
  >
    <div class="latencies">
      {health.latencies.map((latency) => (
        <figure key={latency.stage}>
          <figcaption>
            <b>{stageNames[latency.stage]}</b>
            <span class="small muted">
              {latency.count === 0
                ? "none yet"
                : `half below ${durationOr(latency.p50_ms)}, 99 % below ${durationOr(latency.p99_ms)}`}
            </span>
          </figcaption>
          <Histogram name={stageNames[latency.stage]} buckets={latency.buckets} />
        </figure>
      ))}
    </div>
  </Panel>
);
