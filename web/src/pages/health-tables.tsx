import { count, percent } from "../format/numbers.ts";
import { plain } from "../format/text.ts";
import { duration } from "../format/times.ts";
import * as column from "../parts/column-kinds.tsx";
import { CsvLink, List } from "../parts/list.tsx";
import { Panel } from "../parts/panel.tsx";
import { Nothing } from "../parts/states.tsx";
import { type Column, CsvButton, Table } from "../parts/table.tsx";
import { Ago, Chip, Time } from "../parts/values.tsx";
import { usePaged } from "../state/paged.ts";
import { locale } from "../state/preferences.ts";
import type { Alert, Command, Health } from "../state/rows.ts";

const ms = (value: number | null): string => (value === null ? "–" : duration(value));

type Endpoint = Health["endpoints"][number];
const endpointColumns: readonly Column<Endpoint>[] = [
  column.text("name", "Endpoint", { card: "title" }),
  {
    key: "is_resting",
    label: "State",
    show: (row) => (
      <Chip tone={row.is_resting ? "warn" : "up"} shape={row.is_resting ? "ring" : "circle"}>
        {row.is_resting ? "resting" : "in use"}
      </Chip>
    ),
    value: (row) => row.is_resting,
  },
  {
    key: "latency_ms",
    label: "Latency",
    isRight: true,
    show: (row) => ms(row.latency_ms),
    value: (row) => row.latency_ms,
  },
  column.count("lag_blocks", "Behind"),
  column.count("requests", "Requests"),
  column.percent("error_rate", "Failed"),
  column.text("last_error", "Last error", { card: "full", isText: true }),
];

export const Endpoints = ({ health }: { health: Health }) => (
  <Panel
    width={8}
    flush
    title="Endpoints"
    tools={<CsvButton name="endpoints" columns={endpointColumns} rows={health.endpoints} />}
  >
    <Table
      name="Endpoints"
      columns={endpointColumns}
      rows={health.endpoints}
      keyOf={({ name }) => name}
      empty={<Nothing title="None was measured yet">The listener measures them as it asks.</Nothing>}
    />
    {health.hints.length === 0 ? null : (
      <p class="inset small muted">
        {health.hints.map((hint) => {
          const half = hint.lead_ms?.[1] ?? null;
          const share = hint.hints === 0 ? 0 : hint.matched / hint.hints;
          return `${plain(hint.source)}: ${count(hint.hints, locale())} hints, ${percent(share, 0, locale())} matched${half === null ? "" : `, half of them ${duration(half)} ${half > 0 ? "before" : "after"} the log`}. `;
        })}
      </p>
    )}
  </Panel>
);

type Queue = Health["queues"][number];
const queueColumns: readonly Column<Queue>[] = [
  { key: "name", label: "Queue", card: "title", show: (row) => plain(row.name), value: (row) => row.name },
  column.count("waiting", "Waiting"),
  {
    key: "updated_at",
    label: "Moved",
    show: (row) => (row.updated_at === null ? "–" : <Ago at={row.updated_at} />),
    value: (row) => row.updated_at,
  },
];

export const Queues = ({ health }: { health: Health }) => (
  <Panel width={4} flush title="Queues" tools={<CsvButton name="queues" columns={queueColumns} rows={health.queues} />}>
    <Table
      name="Queues"
      columns={queueColumns}
      rows={health.queues}
      keyOf={({ name }) => name}
      empty={<Nothing title="Nothing waits" />}
    />
  </Panel>
);

const alertColumns: readonly Column<Alert>[] = [
  column.time("created_at", "Time"),
  column.code("kind", "Alert", { card: "title" }),
  {
    key: "sent_at",
    label: "Sent",
    show: (row) =>
      row.sent_at !== null ? (
        <Chip tone="up" shape="circle">
          sent
        </Chip>
      ) : row.dropped_at !== null ? (
        <Chip tone="down" shape="cross">
          dropped
        </Chip>
      ) : (
        <Chip shape="ring">waiting</Chip>
      ),
    value: (row) => row.sent_at,
  },
  column.text("failure", "Why not", { card: "full" }),
];

export function Alerts() {
  const paged = usePaged<Alert>("/alerts?limit=12", { everyMs: 5_000 }, ({ id }) => id);
  return (
    <Panel width={6} flush title="Alerts" tools={<CsvLink path="/alerts" name="alerts" />}>
      <List
        name="Alerts"
        paged={paged}
        columns={alertColumns}
        keyOf={({ id }) => id}
        empty={
          <Nothing title="No alert yet">
            With a webhook set, they go to Discord; here they are listed either way.
          </Nothing>
        }
      />
    </Panel>
  );
}

const commandColumns: readonly Column<Command>[] = [
  column.timeOfDay("created_at", "Asked"),
  column.code("kind", "Command", { card: "title" }),
  column.text("created_by", "By"),
  {
    key: "handled_at",
    label: "Taken up",
    show: (row) => (row.handled_at === null ? "waits" : <Time at={row.handled_at} seconds />),
    value: (row) => row.handled_at,
  },
];

export function Commands() {
  const paged = usePaged<Command>("/commands?limit=12", { everyMs: 5_000 }, ({ id }) => id);
  return (
    <Panel width={6} flush title="Commands" tools={<CsvLink path="/commands" name="commands" />}>
      <List
        name="Commands"
        paged={paged}
        columns={commandColumns}
        keyOf={({ id }) => id}
        empty={
          <Nothing title="None was given">Pause, resume, halt and close leave a row here, whoever gave them.</Nothing>
        }
      />
    </Panel>
  );
}
