/** What was said to people, and what people asked for. */
import { Fragment } from "preact";
import { format, price, usd } from "../format/numbers.ts";
import { plain, words } from "../format/text.ts";
import { dateTime, duration } from "../format/times.ts";
import * as column from "../parts/column-kinds.tsx";
import { Nothing } from "../parts/states.tsx";
import type { Column } from "../parts/table.tsx";
import { PagedPanel } from "../parts/table-panel.tsx";
import { Chip, Time } from "../parts/values.tsx";
import { useAsked } from "../state/asked.ts";
import { locale, zone } from "../state/preferences.ts";
import type { Alert, Command, Settings } from "../state/rows.ts";

const alertColumns: readonly Column<Alert>[] = [
  column.time("created_at", "Time"),
  column.code("kind", "Alert", { card: "title" }),
  column.field("sent_at", "Sent", (row) =>
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
  ),
  {
    key: "payload",
    label: "What it says",
    card: "full",
    isProse: true,
    show: (row) =>
      alertParts(row.payload).map((part, index) => (
        <Fragment key={part}>
          {index === 0 ? "" : " · "}
          <span class={index === 0 ? "" : "nowrap"}>{part}</span>
        </Fragment>
      )),
    value: (row) => JSON.stringify(row.payload),
  },
  column.text("failure", "Failure", { card: "full" }),
];

/** Its facts: of which market, which outcome, and the figures. Ids tell a person nothing. */
function alertParts({ market, outcome, ...facts }: Alert["payload"]): readonly string[] {
  const figures = Object.entries(facts)
    .filter(([name, value]) => value !== null && !/^(wallet|signalType|mode)$|Id$/.test(name))
    .map(
      ([name, value]) =>
        `${words(name.replace(/Usd$/, "").replace(/[A-Z]/g, " $&")).toLowerCase()} ${figure(name, value)}`,
    );
  return [market, outcome, ...figures].filter((part) => part != null).map((part) => plain(String(part)));
}

function figure(name: string, value: unknown): string {
  if (name.endsWith("Usd")) return usd(String(value), locale());
  if (/(At|since|until)$/i.test(name)) return dateTime(Number(value), locale(), zone());
  if (name.endsWith("Ms")) return duration(Number(value));
  if (/price$/i.test(name)) return price(String(value), locale());
  if (typeof value === "number") return format(value, locale(), { maximumSignificantDigits: 3 });
  return /^[A-Z_]+$/.test(String(value)) ? words(value).toLowerCase() : String(value);
}

const newest = { limit: 12, fresh: { everyMs: 5_000 } };

export function Alerts() {
  const settings = useAsked<Settings>("/settings");
  const variables = settings.value?.groups.flatMap((group) => group.variables) ?? [];
  const hook = variables.find(({ name }) => name === "DISCORD_WEBHOOK_URL");
  const note =
    hook?.value === null ? "kept here; sent nowhere while DISCORD_WEBHOOK_URL is not set" : "sent to Discord";
  return (
    <PagedPanel
      name="Alerts"
      width={8}
      note={hook === undefined ? undefined : note}
      {...newest}
      path="/alerts"
      columns={alertColumns}
      keyOf={({ id }) => id}
      empty={
        <Nothing title="No alert yet">With a webhook set, they go to Discord; here they are listed either way.</Nothing>
      }
    />
  );
}

const commandColumns: readonly Column<Command>[] = [
  column.timeOfDay("created_at", "Asked"),
  column.code("kind", "Command", { card: "title" }),
  column.text("created_by", "By"),
  column.field("handled_at", "Taken up", (row) =>
    row.handled_at === null ? "waits" : <Time at={row.handled_at} seconds />,
  ),
];

export const Commands = () => (
  <PagedPanel
    name="Commands"
    width={4}
    {...newest}
    path="/commands"
    columns={commandColumns}
    keyOf={({ id }) => id}
    empty={<Nothing title="None was given">Pause, resume, halt and close leave a row here, whoever gave them.</Nothing>}
  />
);
