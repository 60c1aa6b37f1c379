/** What decided a backtest's outcome, whatever names it has. */
import { figure, figureName } from "../../format/figure.ts";
import { words } from "../../format/text.ts";
import { Fact, Panel } from "../../parts/panel.tsx";
import type { Column } from "../../parts/table.tsx";
import { TablePanel } from "../../parts/table-panel.tsx";

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Tables where the report has lists, pairs where it has figures. */
export function Parameters({ of }: { of: unknown }) {
  if (!isRecord(of)) return null;
  const plainOnes = Object.fromEntries(Object.entries(of).filter(([, value]) => typeof value !== "object"));
  return (
    <>
      {Object.keys(plainOnes).length === 0 ? null : (
        <Panel title="Rules">
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

/** The database keeps no order of its own that would mean anything. */
const sorted = (of: Record<string, unknown>) => Object.entries(of).toSorted(([a], [b]) => a.localeCompare(b));

const Figures = ({ of }: { of: Record<string, unknown> }) => (
  <dl class="facts spread">
    {sorted(of).map(([name, value]) => (
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
  const keyOf = (row: Line) => JSON.stringify(row);
  return <TablePanel name={name} columns={made} rows={rows} keyOf={keyOf} sortAs={`sort-${name}`} empty="Nothing" />;
}
