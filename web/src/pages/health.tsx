import { bytes, count } from "../format/numbers.ts";
import { plain, words } from "../format/text.ts";
import { dateTime, duration } from "../format/times.ts";
import { Figure, Figures, PageHead, Panel } from "../parts/panel.tsx";
import { Show } from "../parts/states.tsx";
import { Term } from "../parts/term.tsx";
import { Ago, Chip, Count } from "../parts/values.tsx";
import { useAsked } from "../state/asked.ts";
import { locale, zone } from "../state/preferences.ts";
import type { Health } from "../state/rows.ts";
import { liveHealth } from "../state/stream.ts";
import { Alerts, Commands } from "./health-alerts.tsx";
import { Coverage } from "./health-coverage.tsx";
import { Latencies } from "./health-latencies.tsx";
import { Endpoints, Queues } from "./health-tables.tsx";
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

/** Its words with the block numbers and times in them as this reader writes them. */
const spoken = (detail: string): string =>
  plain(detail)
    .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, (at) => dateTime(Date.parse(at), locale(), zone()))
    .replace(/\bblock (\d+)/g, (_, block) => `block ${count(block, locale())}`);

/** What a service of the dashboard's own process says of itself. */
function Saying({ services, name }: { services: Health["services"]; name: string }) {
  const service = services?.find((one) => one.name === name);
  if (service === undefined) return null;
  return (
    <>
      {service.ready ? null : <Chip {...tones["never seen"]}>not ready</Chip>}
      <span class="small muted">{spoken(service.detail)}</span>
    </>
  );
}
