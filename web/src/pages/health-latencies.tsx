import { durationOr } from "../format/times.ts";
import * as column from "../parts/column-kinds.tsx";
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
  column.field("stage", "Stage", (row) => stageNames[row.stage]),
  column.count("count", "Sample"),
  column.duration("p50_ms", "Half below"),
  column.duration("p90_ms", "90 %"),
  column.duration("p99_ms", "99 %"),
];

export const Latencies = ({ health }: { health: Health }) => (
  <Panel
    title="Latency, from block to answer"
    note="of the newest 2,000"
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

type Step = { readonly upto_ms: number | null; readonly count: number };

const bound = (ms: number | null): string => (ms === null ? "more" : ms < 1000 ? `${ms} ms` : `${ms / 1000} s`);

/** About as wide as it is shown, so that its letters are as large as elsewhere. */
const WIDTH = 280;

/** How many took how long; the buckets widen, so their width on paper is the same. */
function Histogram({ name, buckets }: { name: string; buckets: readonly Step[] }) {
  const most = Math.max(1, ...buckets.map((bucket) => bucket.count));
  const width = WIDTH / Math.max(1, buckets.length);
  const text = buckets.filter((bucket) => bucket.count > 0).map((b) => `${b.count} up to ${bound(b.upto_ms)}`);
  return (
    <svg class="svg" viewBox={`0 0 ${WIDTH} 92`} role="img" aria-label={`${name}: ${text.join(", ") || "none yet"}`}>
      <line class="axis" x1="0" x2={WIDTH} y1="72.5" y2="72.5" />
      {buckets.map((bucket, index) => {
        const height = bucket.count === 0 ? 0 : Math.max(2, (bucket.count / most) * 66);
        return (
          <g key={bucket.upto_ms}>
            <rect class="mark" x={index * width + 1} y={72 - height} width={width - 2} height={height} rx="1" />
            {index % 2 === 0 || buckets.length < 9 ? (
              <text x={(index + 0.5) * width} y="87" text-anchor="middle">
                {bound(bucket.upto_ms)}
              </text>
            ) : null}
          </g>
        );
      })}
    </svg>
  );
}
