import { count } from "../format/numbers.ts";
import { CoverageBar } from "../parts/drawings.tsx";
import { CsvLink } from "../parts/list.tsx";
import { Fact, Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
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
