import { bytes, count } from "../format/numbers.ts";
import { plain, words } from "../format/text.ts";
import { duration, durationOr } from "../format/times.ts";
import * as column from "../parts/column-kinds.tsx";
import { CoverageBar, Histogram } from "../parts/drawings.tsx";
import { CsvLink } from "../parts/list.tsx";
import { Fact, Figure, Figures, PageHead, Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { type Column, CsvButton } from "../parts/table.tsx";
import { Term } from "../parts/term.tsx";
import { Ago, Chip, Count } from "../parts/values.tsx";
import type { Rows } from "../state/api.ts";
import { useAsked } from "../state/asked.ts";
import { locale } from "../state/preferences.ts";
import type { CoverageRange, Health } from "../state/rows.ts";
import { liveHealth } from "../state/stream.ts";
import { Alerts, Commands, Endpoints, Queues } from "./health-tables.tsx";
import { LiveTradingPanel } from "./live-trading.tsx";
import { Reconciliations } from "./reconciliations.tsx";

export function HealthPage() {
  const asked = useAsked<Health>("/health", { everyMs: 5_000 });
  return (
    <>
      <PageHead
        title="Health"
        about="What works, how fast, with which holes, and what you stop seeing where something does not."
      />
      <Show asked={asked} what="the health of all parts">
        {(health) => <Details health={health} />}
      </Show>
      <div class="grid">
        <Alerts />
        <Commands />
      </div>
    </>
  );
}

function Details({ health }: { health: Health }) {
  const { chain, coverage, memory, streams } = health;
  const lag = liveHealth.value?.lag_ms ?? health.lag_ms;
  return (
    <>
      <Figures label="Health in figures">
        <Figure
          lead
          label={<Term name="headBlock">Age of the newest block</Term>}
          sub={
            <>
              block <Count value={liveHealth.value?.head_block ?? chain?.head_block} />
            </>
          }
        >
          {lag === null ? "–" : duration(Math.max(0, lag))}
        </Figure>
        <Figure label="Not final yet" sub="blocks that a reorg may take back">
          <Count value={chain === null ? null : Math.max(0, chain.head_block - chain.finalized_block)} />
        </Figure>
        <Figure label="Fills a second" sub="as they are read now">
          <Count value={liveHealth.value?.fills_per_second} />
        </Figure>
        <Figure
          label={<Term name="coverage">Holes</Term>}
          sub={
            <>
              <Count value={coverage.missing_blocks} /> blocks missing
            </>
          }
        >
          <Count value={coverage.holes} />
        </Figure>
        <Figure label="Memory" sub={`${bytes(memory.heap_bytes, locale())} of it heap`}>
          {bytes(memory.rss_bytes, locale())}
        </Figure>
        <Figure label="Database" sub={<>{health.quarantined} logs in quarantine</>}>
          {bytes(health.database_bytes, locale())}
        </Figure>
        <Figure label="Browsers looking on" sub={`${count(streams.dropped_events, locale())} events dropped`}>
          <Count value={streams.open} />
        </Figure>
      </Figures>
      <div class="grid">
        <Parts health={health} />
        <Coverage health={health} />
        <Latencies health={health} />
        <Endpoints health={health} />
        <Queues health={health} />
        <Reconciliations reconciliations={health.reconciliations} />
        <LiveTradingPanel />
      </div>
    </>
  );
}

const tones = {
  working: { tone: "up", shape: "circle" },
  silent: { tone: "down", shape: "cross" },
  "never seen": { tone: "warn", shape: "ring" },
} as const;

const Parts = ({ health }: { health: Health }) => (
  <Panel width={5} title="Parts, and what you lose without them">
    <ul class="parts">
      {health.parts.map((part) => (
        <li key={part.name}>
          <b>{words(part.name)}</b>
          <Chip {...tones[part.state]}>{part.state}</Chip>
          <span class="small muted">
            {part.last_seen_at === null ? (
              plain(part.detail)
            ) : (
              <>
                last wrote <Ago at={part.last_seen_at} />
              </>
            )}
          </span>
          <Saying services={health.services} name={part.name} />
          <p class={part.state === "working" ? "small muted" : "small warn"}>
            {part.state === "working" ? "Without it: " : "Now missing: "}
            {part.without_it}
          </p>
        </li>
      ))}
      {health.services
        ?.filter((service) => health.parts.every(({ name }) => name !== service.name))
        .map(({ name }) => (
          <li key={name}>
            <b>{words(name)}</b>
            <Saying services={health.services} name={name} />
          </li>
        ))}
    </ul>
  </Panel>
);

/** What a service of the dashboard's own process says of itself. */
function Saying({ services, name }: { services: Health["services"]; name: string }) {
  const service = services?.find((one) => one.name === name);
  if (service === undefined) return null;
  return (
    <>
      {service.ready ? null : <Chip {...tones["never seen"]}>not ready</Chip>}
      <span class="small muted">{plain(service.detail)}</span>
    </>
  );
}

function Coverage({ health }: { health: Health }) {
  const asked = useAsked<Rows<CoverageRange>>("/coverage?limit=1000", { everyMs: 10_000 });
  const { coverage } = health;
  return (
    <Panel
      width={7}
      title={<Term name="coverage">Coverage</Term>}
      note="blocks that were read completely"
      tools={<CsvLink path="/coverage" name="coverage" />}
    >
      <Show asked={asked} what="the ranges">
        {({ rows }) =>
          rows.length === 0 ? (
            <Nothing title="No block was read yet">
              The listener writes the first range within seconds of its start.
            </Nothing>
          ) : (
            <div class="stack">
              <div>
                <CoverageBar ranges={rows} />
              </div>
              <dl class="facts">
                <Fact label="Blocks held">
                  <Count value={coverage.blocks} />
                </Fact>
                <Fact label="Missing between them">
                  <Count value={coverage.missing_blocks} />
                </Fact>
                <Fact label="Without a hole since block">
                  <Count value={coverage.unbroken_from_block} />
                </Fact>
              </dl>
              {rows.filter(({ hole_below: hole }) => (hole ?? 0) > 0).length === 0 ? null : <Holes rows={rows} />}
            </div>
          )
        }
      </Show>
    </Panel>
  );
}

const Holes = ({ rows }: { rows: readonly CoverageRange[] }) => (
  <ul class="reasons small">
    {rows
      .filter(({ hole_below: hole }) => (hole ?? 0) > 0)
      .slice(0, 5)
      .map((row) => (
        <li key={row.from_block}>
          {count(row.from_block - (row.hole_below ?? 0), locale())} to {count(row.from_block - 1, locale())} are
          missing:{" "}
          <span class="mono">
            orderflow backfill --from {row.from_block - (row.hole_below ?? 0)} --to {row.from_block - 1}
          </span>
        </li>
      ))}
  </ul>
);

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

const Latencies = ({ health }: { health: Health }) => (
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
