import { count, percent } from "../format/numbers.ts";
import { plain } from "../format/text.ts";
import { duration } from "../format/times.ts";
import * as column from "../parts/column-kinds.tsx";
import { Nothing } from "../parts/states.tsx";
import type { Column } from "../parts/table.tsx";
import { TablePanel } from "../parts/table-panel.tsx";
import { Ago, Chip } from "../parts/values.tsx";
import { locale } from "../state/preferences.ts";
import type { Health } from "../state/rows.ts";

type Endpoint = Health["endpoints"][number];
const endpointColumns: readonly Column<Endpoint>[] = [
  column.text("name", "Endpoint", { card: "title" }),
  column.field("is_resting", "State", (row) => (
    <Chip tone={row.is_resting ? "warn" : "up"} shape={row.is_resting ? "ring" : "circle"}>
      {row.is_resting ? "resting" : "in use"}
    </Chip>
  )),
  column.duration("latency_ms", "Latency"),
  column.count("lag_blocks", "Behind"),
  column.count("requests", "Requests"),
  column.percent("error_rate", "Failed"),
  column.text("last_error", "Last error", { card: "full", isText: true }),
];

export const Endpoints = ({ health }: { health: Health }) => (
  <TablePanel
    name="Endpoints"
    width={7}
    columns={endpointColumns}
    rows={health.endpoints}
    keyOf={({ name }) => name}
    empty={<Nothing title="None was measured yet">The listener measures them as it asks.</Nothing>}
  >
    {health.hints.length === 0 ? null : (
      <p class="inset small muted">
        {health.hints.map((hint) => {
          const half = hint.lead_ms?.[1] ?? null;
          const share = hint.hints === 0 ? 0 : hint.matched / hint.hints;
          return `${plain(hint.source)}: ${count(hint.hints, locale())} hints, ${percent(share, 0, locale())} matched${half === null ? "" : `, half of them ${duration(half)} ${half > 0 ? "before" : "after"} the log`}. `;
        })}
      </p>
    )}
  </TablePanel>
);

type Queue = Health["queues"][number];
const queueColumns: readonly Column<Queue>[] = [
  column.field("name", "Queue", (row) => queueName(row.name), { card: "title" }),
  column.count("waiting", "Waiting"),
  column.field("updated_at", "Moved", (row) => (row.updated_at === null ? "–" : <Ago at={row.updated_at} />)),
];

const queueNames: Readonly<Record<string, string>> = {
  alerts: "Alerts not sent",
  commands: "Commands not taken up",
  orders: "Orders not answered",
  scores: "Wallets to be scored",
};
/** `reader x` follows what the listener writes. */
const queueName = (name: string): string =>
  queueNames[name] ?? plain(name.replace(/^reader (\w+)(:\w+)?$/, "Batches the $1 has not read"));

export const Queues = ({ health }: { health: Health }) => (
  <TablePanel
    name="Queues"
    width={5}
    columns={queueColumns}
    rows={health.queues}
    keyOf={({ name }) => name}
    empty={<Nothing title="Nothing waits" />}
  />
);
