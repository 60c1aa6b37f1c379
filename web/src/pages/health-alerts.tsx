/** What was said to people, and what people asked for. */
import { Fragment } from "preact";
import { format, price, usd } from "../format/numbers.ts";
import { plain, words } from "../format/text.ts";
import { dateTime, duration } from "../format/times.ts";
import * as column from "../parts/column-kinds.tsx";
import { CsvLink, List } from "../parts/list.tsx";
import { Panel } from "../parts/panel.tsx";
import { Nothing } from "../parts/states.tsx";
import type { Column } from "../parts/table.tsx";
import { Chip, Time } from "../parts/values.tsx";
import { useAsked } from "../state/asked.ts";
import { usePaged } from "../state/paged.ts";
import { locale, zone } from "../state/preferences.ts";
import type { Alert, Command, Settings } from "../state/rows.ts";

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

export function Alerts() {
  const paged = usePaged<Alert>("/alerts?limit=12", { everyMs: 5_000 }, ({ id }) => id);
  const settings = useAsked<Settings>("/settings");
  const variables = settings.value?.groups.flatMap((group) => group.variables) ?? [];
  const hook = variables.find(({ name }) => name === "DISCORD_WEBHOOK_URL");
  const note =
    hook?.value === null ? "kept here; sent nowhere while DISCORD_WEBHOOK_URL is not set" : "sent to Discord";
  return (
    <Panel
      width={8}
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
    <Panel width={4} flush title="Commands" tools={<CsvLink path="/commands" name="commands" />}>
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
