import { figure, figureName } from "../format/figure.ts";
import { toNumber } from "../format/numbers.ts";
import { plain, words } from "../format/text.ts";
import * as column from "../parts/column-kinds.tsx";
import { CsvLink, List } from "../parts/list.tsx";
import { Fact, PageHead, Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { type Column, CsvButton, Table } from "../parts/table.tsx";
import { Signed, Time, Verdict } from "../parts/values.tsx";
import { useAsked } from "../state/asked.ts";
import { usePaged } from "../state/paged.ts";
import type { Research, ResearchReport } from "../state/rows.ts";

const verdictOf = ({ summary }: Research): string => String(summary.verdict ?? "");
const edgeOf = ({ summary }: Research): number | null => toNumber(summary.edge_per_share);

const columns: readonly Column<Research>[] = [
  {
    key: "title",
    label: "Report",
    card: "title",
    show: (row) => <a href={`/research/${encodeURIComponent(row.id)}`}>{plain(row.title)}</a>,
    value: (row) => row.title,
  },
  column.code("kind", "Kind"),
  column.time("created_at", "Made"),
  { key: "verdict", label: "Verdict", show: (row) => <Verdict of={row.summary.verdict} />, value: verdictOf },
  {
    key: "edge",
    label: "Edge a share",
    isRight: true,
    show: (row) => <Signed value={edgeOf(row)} as="share" />,
    value: edgeOf,
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
        if (isRecord(value)) return <Group key={name} name={name} of={value} />;
        return Array.isArray(value) && isRecord(value[0]) ? <Rows key={name} name={words(name)} rows={value} /> : null;
      })}
    </>
  );
}

/** Its own figures, and below them the groups inside it. */
function Group({ name, of }: { name: string; of: Record<string, unknown> }) {
  const inside = Object.entries(of).filter((each): each is [string, Record<string, unknown>] => isRecord(each[1]));
  const own = Object.fromEntries(Object.entries(of).filter(([, value]) => !isRecord(value)));
  return (
    <>
      {Object.keys(own).length === 0 ? null : (
        <Panel title={words(figureName(name))}>
          <Figures of={own} />
        </Panel>
      )}
      {inside.map(([key, value]) => (
        <Group key={key} name={key} of={value} />
      ))}
    </>
  );
}

const Figures = ({ of }: { of: Record<string, unknown> }) => (
  <dl class="facts start">
    {Object.entries(of).map(([name, value]) => (
      <Fact key={name} label={words(figureName(name))}>
        {figure(name, value)}
      </Fact>
    ))}
  </dl>
);

type Line = Record<string, unknown>;

function Rows({ name, rows }: { name: string; rows: readonly Line[] }) {
  const made: readonly Column<Line>[] = Object.keys(rows[0] ?? {}).map((key, index) => ({
    key,
    label: words(figureName(key)),
    ...(index === 0 ? { card: "title" as const } : {}),
    isRight: typeof rows[0]?.[key] === "number",
    show: (row) => figure(key, row[key]),
    value: (row) => (typeof row[key] === "number" ? (row[key] as number) : figure(key, row[key])),
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
