import { count, format, percent, price, usd } from "../format/numbers.ts";
import { plain, words } from "../format/text.ts";
import { dateTime, duration, durationOr } from "../format/times.ts";
import * as column from "../parts/column-kinds.tsx";
import { CsvLink, List } from "../parts/list.tsx";
import { Panel } from "../parts/panel.tsx";
import { Nothing } from "../parts/states.tsx";
import { type Column, CsvButton, Table } from "../parts/table.tsx";
import { Ago, Chip, Time } from "../parts/values.tsx";
import { useAsked } from "../state/asked.ts";
import { usePaged } from "../state/paged.ts";
import { locale, zone } from "../state/preferences.ts";
import type { Alert, Command, Health, Settings } from "../state/rows.ts";

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
    show: (row) => durationOr(row.latency_ms),
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
  { key: "name", label: "Queue", card: "title", show: (row) => queueName(row.name), value: (row) => row.name },
  column.count("waiting", "Waiting"),
  {
    key: "updated_at",
    label: "Moved",
    show: (row) => (row.updated_at === null ? "–" : <Ago at={row.updated_at} />),
    value: (row) => row.updated_at,
  },
];

const queueNames: Readonly<Record<string, string>> = {
  alerts: "Alerts not sent",
  commands: "Commands not taken up",
  orders: "Orders not answered",
  scores: "Wallets to be scored",
};
/** `reader x` follows what the listener writes. */
const queueName = (name: string): string =>
  queueNames[name] ?? plain(name.replace(/^reader (\w+)(:\w+)?$/, "Batches that $1 has not read"));

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
        <Chip shape="ring">{row.failure === null ? "kept" : "tried"}</Chip>
      ),
    value: (row) => row.sent_at,
  },
  {
    key: "payload",
    label: "What it says",
    card: "full",
    isText: true,
    show: (row) => alertSaying(row.payload),
    value: (row) => JSON.stringify(row.payload),
  },
  column.text("failure", "Why not", { card: "full" }),
];

/** Its facts in a line: what was bought, the figures, and the market last, which is the longest. */
function alertSaying({ market, outcome, ...facts }: Alert["payload"]): string {
  const figures = Object.entries(facts)
    .filter(([name, value]) => value !== null && !/^(wallet|signalType|mode)$/.test(name))
    .map(
      ([name, value]) =>
        `${words(name.replace(/Usd$/, "").replace(/[A-Z]/g, " $&")).toLowerCase()} ${figure(name, value)}`,
    );
  return plain([outcome, ...figures, market].filter((part) => part !== undefined).join(" · "));
}

function figure(name: string, value: unknown): string {
  if (name.endsWith("Usd")) return usd(String(value), locale());
  if (/(At|since|until)$/i.test(name)) return dateTime(Number(value), locale(), zone());
  if (name.endsWith("Ms")) return duration(Number(value));
  if (/price$/i.test(name)) return price(String(value), locale());
  return typeof value === "number" ? format(value, locale(), { maximumSignificantDigits: 3 }) : String(value);
}

export function Alerts() {
  const paged = usePaged<Alert>("/alerts?limit=12", { everyMs: 5_000 }, ({ id }) => id);
  const settings = useAsked<Settings>("/settings");
  const variables = settings.value?.groups.flatMap((group) => group.variables) ?? [];
  const hook = variables.find(({ name }) => name === "DISCORD_WEBHOOK_URL");
  const note =
    hook?.value === null ? "kept here; sent nowhere while DISCORD_WEBHOOK_URL is not set" : "sent to Discord";
  return (
    <Panel
      width={7}
      flush
      title="Alerts"
      note={hook === undefined ? undefined : note}
      tools={<CsvLink path="/alerts" name="alerts" />}
    >
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
    <Panel width={5} flush title="Commands" tools={<CsvLink path="/commands" name="commands" />}>
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
