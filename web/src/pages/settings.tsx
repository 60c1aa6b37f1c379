import { percent, usd } from "../format/numbers.ts";
import { words } from "../format/text.ts";
import { dateTime, duration } from "../format/times.ts";
import * as column from "../parts/column-kinds.tsx";
import { Fact, PageHead, Panel } from "../parts/panel.tsx";
import { Show } from "../parts/states.tsx";
import { type Column, CsvButton } from "../parts/table.tsx";
import { TablePanel } from "../parts/table-panel.tsx";
import { Chip } from "../parts/values.tsx";
import { useAsked } from "../state/asked.ts";
import { serverNow } from "../state/clock.ts";
import { locale, type Preferences, prefer, preferences, zone } from "../state/preferences.ts";
import type { Settings } from "../state/rows.ts";

const LOCALES = ["browser", "en-US", "en-GB", "de-DE", "fr-FR", "es-ES", "pt-BR", "pl-PL", "ja-JP", "hi-IN"];

export function SettingsPage() {
  const asked = useAsked<Settings>("/settings");
  return (
    <>
      <PageHead
        title="Settings"
        about="How this browser shows things, and what the program was told. The program's are set where it runs, not here."
      />
      <Preferred />
      <Show asked={asked} what="the configuration">
        {(settings) => (
          <>
            <Limits settings={settings} />
            <div class="settings stack">
              {settings.groups.map((group) => (
                <Group key={group.group} group={group} />
              ))}
            </div>
          </>
        )}
      </Show>
    </>
  );
}

function Preferred() {
  const now = preferences.value;
  const zones = ["local", "UTC", ...Intl.supportedValuesOf("timeZone").filter((name) => name !== "UTC")];
  return (
    <Panel title="This browser" note={dateTime(serverNow(), locale(), zone())}>
      <div class="filters">
        <Pick
          label="Theme"
          value={now.theme}
          options={["system", "light", "dark"]}
          onPick={(theme) => prefer({ theme: theme as Preferences["theme"] })}
        />
        <Pick label="Time zone" value={now.zone} options={zones} onPick={(name) => prefer({ zone: name })} />
        <Pick label="Numbers as in" value={now.locale} options={LOCALES} onPick={(name) => prefer({ locale: name })} />
        <label class="field">
          <input
            type="checkbox"
            checked={now.shortcuts}
            onChange={(event) => prefer({ shortcuts: event.currentTarget.checked })}
          />
          Single-key shortcuts
        </label>
      </div>
    </Panel>
  );
}

type PickProps = { label: string; value: string; options: readonly string[]; onPick: (value: string) => void };

const Pick = ({ label, value, options, onPick }: PickProps) => (
  <label class="field">
    {label}
    <select value={value} onChange={(event) => onPick(event.currentTarget.value)}>
      {options.map((option) => (
        <option key={option} value={option}>
          {option}
        </option>
      ))}
    </select>
  </label>
);

type Limit = Settings["limits"][number];

/** Limits carry their unit at the end of their name. */
const unitOf = (name: string): string => /(Usd|Bps|Ms)(?=$|Max$)/.exec(name)?.[0] ?? "";
const limitName = ({ name }: Limit): string => words(name.replace(unitOf(name), "").replace(/[A-Z]/g, " $&"));

function limitText({ name, value }: Limit): string {
  const number = Number(value);
  if (unitOf(name) === "Usd") return usd(number, locale());
  if (unitOf(name) === "Bps") return percent(number / 10_000, 1, locale());
  return unitOf(name) === "Ms" ? duration(number) : value;
}

const limitColumns: readonly Column<Limit>[] = [
  column.field("name", "Limit", limitName),
  column.field("value", "Value", limitText),
];

const Limits = ({ settings }: { settings: Settings }) => (
  <Panel
    title="Limits"
    note={settings.strategy_file === null ? "no strategy file" : `strategy file ${settings.strategy_file}`}
    tools={<CsvButton name="limits" columns={limitColumns} rows={settings.limits} />}
  >
    <dl class="facts spread">
      {settings.limits.map((limit) => (
        <Fact key={limit.name} label={limitName(limit)}>
          {limitText(limit)}
        </Fact>
      ))}
    </dl>
  </Panel>
);

/** What stands between backticks is something to type. */
const withCode = (text: string) => text.split("`").map((part, index) => (index % 2 === 1 ? <code>{part}</code> : part));

type Variable = Settings["groups"][number]["variables"][number];
const variableColumns: readonly Column<Variable>[] = [
  column.field("name", "Variable", (row) => <span class="mono small">{row.name}</span>, { card: "title" }),
  column.field("value", "Value", (row) =>
    row.is_secret ? (
      <Chip shape="square">{row.value === null ? "not set" : "set, not shown"}</Chip>
    ) : row.value === null ? (
      <span class="faint">not set</span>
    ) : (
      <span class="mono small">{row.value}</span>
    ),
  ),
  {
    key: "is_default",
    label: "From",
    show: (row) => (row.is_default ? <span class="faint">default</span> : "environment"),
    value: (row) => (row.is_default ? "default" : "environment"),
  },
  column.field("description", "What it does", (row) => <span class="muted">{withCode(row.description)}</span>, {
    ...{ isProse: true, card: "full" },
  }),
];

const Group = ({ group }: { group: Settings["groups"][number] }) => (
  <TablePanel
    name={`Settings ${group.group}`}
    title={group.group}
    columns={variableColumns}
    rows={group.variables}
    keyOf={({ name }) => name}
    empty="There are none"
  />
);
