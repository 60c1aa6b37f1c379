import { count } from "../format/numbers.ts";
import { Fact, Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { CsvLink } from "../parts/table-panel.tsx";
import { Term } from "../parts/term.tsx";
import { Count } from "../parts/values.tsx";
import type { Rows } from "../state/api.ts";
import { useAsked } from "../state/asked.ts";
import { locale } from "../state/preferences.ts";
import type { CoverageRange, Health } from "../state/rows.ts";

export function Coverage({ health }: { health: Health }) {
  const asked = useAsked<Rows<CoverageRange>>("/coverage?limit=1000", { everyMs: 10_000 });
  const { coverage } = health;
  return (
    <Panel
      width={7}
      title={<Term name="coverage">Coverage</Term>}
      note="blocks that were read completely"
      tools={<CsvLink path="/coverage" name="coverage" />}
    >
      <Show asked={asked} what="the ranges">
        {({ rows }) =>
          rows.length === 0 ? (
            <Nothing title="No block was read yet">
              The listener writes the first range within seconds of its start.
            </Nothing>
          ) : (
            <div class="stack">
              <div>
                <CoverageBar ranges={rows} />
              </div>
              <dl class="facts">
                <Fact label="Blocks held">
                  <Count value={coverage.blocks} />
                </Fact>
                <Fact label="Missing between them">
                  <Count value={coverage.missing_blocks} />
                </Fact>
                <Fact label="Without a hole since block">
                  <Count value={coverage.unbroken_from_block} />
                </Fact>
              </dl>
              {rows.filter(({ hole_below: hole }) => (hole ?? 0) > 0).length === 0 ? null : <Holes rows={rows} />}
            </div>
          )
        }
      </Show>
    </Panel>
  );
}

const Holes = ({ rows }: { rows: readonly CoverageRange[] }) => (
  <ul class="reasons small">
    {rows
      .filter(({ hole_below: hole }) => (hole ?? 0) > 0)
      .slice(0, 5)
      .map((row) => (
        <li key={row.from_block}>
          {count(row.from_block - (row.hole_below ?? 0), locale())} to {count(row.from_block - 1, locale())} are
          missing:{" "}
          <span class="mono">
            orderflow backfill --from {row.from_block - (row.hole_below ?? 0)} --to {row.from_block - 1}
          </span>
        </li>
      ))}
  </ul>
);

type Range = { readonly from_block: number; readonly to_block: number };

/** Block ranges that are held, to scale; what is missing between them stands out. */
function CoverageBar({ ranges }: { ranges: readonly Range[] }) {
  const from = Math.min(...ranges.map((range) => range.from_block));
  const to = Math.max(...ranges.map((range) => range.to_block));
  const width = Math.max(1, to - from + 1);
  const x = (block: number): number => ((block - from) / width) * 1000;
  const sorted = ranges.toSorted((a, b) => a.from_block - b.from_block);
  const holes = sorted.slice(1).map((range, index) => ({
    from: (sorted[index]?.to_block ?? 0) + 1,
    to: range.from_block - 1,
  }));
  const text = `Blocks ${count(from, locale())} to ${count(to, locale())}, ${holes.length} holes`;
  return (
    <>
      <svg class="coverage svg" viewBox="0 0 1000 26" preserveAspectRatio="none" role="img" aria-label={text}>
        <rect class="ground" x="0" y="0" width="1000" height="26" />
        {sorted.map((range) => (
          <rect
            key={range.from_block}
            class="held"
            x={x(range.from_block)}
            y="0"
            width={Math.max(1, x(range.to_block + 1) - x(range.from_block))}
            height="26"
          />
        ))}
        {holes.map((hole) => (
          <rect
            key={hole.from}
            class="hole"
            x={x(hole.from)}
            y="0"
            width={Math.max(2, x(hole.to + 1) - x(hole.from))}
            height="26"
          >
            <title>{`missing: ${hole.from} to ${hole.to}`}</title>
          </rect>
        ))}
      </svg>
      <p class="scale small faint">
        <span>{count(from, locale())}</span>
        <span>{count(to, locale())}</span>
      </p>
    </>
  );
}
