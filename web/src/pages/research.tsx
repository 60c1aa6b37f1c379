import { plain, words } from "../format/text.ts";
import * as column from "../parts/column-kinds.tsx";
import { CsvLink, List } from "../parts/list.tsx";
import { Fact, PageHead, Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { type Column, CsvButton, Table } from "../parts/table.tsx";
import { Time } from "../parts/values.tsx";
import { useAsked } from "../state/asked.ts";
import { usePaged } from "../state/paged.ts";
import type { Research, ResearchReport } from "../state/rows.ts";

/** A figure of a report, whatever it is called. */
const cell = (value: unknown): string => {
  if (value === null || value === undefined) return "–";
  if (typeof value === "object") return plain(JSON.stringify(value));
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : value.toPrecision(5);
  return plain(String(value));
};

const columns: readonly Column<Research>[] = [
  {
    key: "title",
    label: "Report",
    card: "title",
    isText: true,
    show: (row) => <a href={`/research/${encodeURIComponent(row.id)}`}>{plain(row.title)}</a>,
    value: (row) => row.title,
  },
  column.code("kind", "Kind"),
  column.time("created_at", "Made"),
  {
    key: "summary",
    label: "In short",
    card: "full",
    show: (row) =>
      Object.entries(row.summary)
        .filter(([, value]) => typeof value !== "object")
        .slice(0, 4)
        .map(([name, value]) => `${words(name)} ${cell(value)}`)
        .join(" · "),
    value: (row) => JSON.stringify(row.summary),
  },
];

export function ResearchPage() {
  const paged = usePaged<Research>("/research?limit=50", {}, ({ id }) => id);
  return (
    <>
      <PageHead
        title="Research"
        about="What the rules would have done on recorded history: backtests and sweeps, newest first."
      />
      <Panel flush title="Reports" tools={<CsvLink path="/research" name="reports" />}>
        <List
          name="Reports"
          paged={paged}
          columns={columns}
          keyOf={({ id }) => id}
          empty={
            <Nothing title="No report yet">
              A backtest or a sweep leaves its report in this database when it is run from the command line. None has
              been run here.
            </Nothing>
          }
        />
      </Panel>
    </>
  );
}

export function ReportPage({ id }: { id: string }) {
  const asked = useAsked<ResearchReport>(`/research/${encodeURIComponent(id)}`);
  const { value } = asked;
  return (
    <>
      <PageHead crumb={<a href="/research">Research</a>} title={value === undefined ? "Report" : plain(value.title)} />
      <Show asked={asked} what="the report">
        {(report) => (
          <>
            <Panel title="In short" note={<Time at={report.created_at} />}>
              <Figures of={report.summary} />
            </Panel>
            <Sections of={report.report} />
          </>
        )}
      </Show>
    </>
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Tables where the report has lists, pairs where it has figures. */
function Sections({ of }: { of: unknown }) {
  if (!isRecord(of)) return null;
  const plainOnes = Object.fromEntries(Object.entries(of).filter(([, value]) => typeof value !== "object"));
  return (
    <>
      {Object.keys(plainOnes).length === 0 ? null : (
        <Panel title="Figures">
          <Figures of={plainOnes} />
        </Panel>
      )}
      {Object.entries(of).map(([name, value]) => {
        if (isRecord(value)) {
          return (
            <Panel key={name} title={words(name)}>
              <Figures of={value} />
            </Panel>
          );
        }
        return Array.isArray(value) && isRecord(value[0]) ? <Rows key={name} name={words(name)} rows={value} /> : null;
      })}
    </>
  );
}

const Figures = ({ of }: { of: Record<string, unknown> }) => (
  <dl class="facts start">
    {Object.entries(of).map(([name, value]) => (
      <Fact key={name} label={words(name.replace(/[A-Z]/g, " $&"))}>
        {cell(value)}
      </Fact>
    ))}
  </dl>
);

type Line = Record<string, unknown>;

function Rows({ name, rows }: { name: string; rows: readonly Line[] }) {
  const made: readonly Column<Line>[] = Object.keys(rows[0] ?? {}).map((key, index) => ({
    key,
    label: words(key.replace(/[A-Z]/g, " $&")),
    ...(index === 0 ? { card: "title" as const } : {}),
    isRight: typeof rows[0]?.[key] === "number",
    show: (row) => cell(row[key]),
    value: (row) => (typeof row[key] === "number" ? (row[key] as number) : cell(row[key])),
  }));
  return (
    <Panel flush title={name} tools={<CsvButton name={name} columns={made} rows={rows} />}>
      <Table
        name={name}
        columns={made}
        rows={rows}
        keyOf={(row) => JSON.stringify(row)}
        sortAs={`sort-${name}`}
        empty="Nothing"
      />
    </Panel>
  );
}
