import { useMemo } from "preact/hooks";
import { price, toNumber } from "../format/numbers.ts";
import { toMs } from "../format/times.ts";
import { Chart, Legend, type Line } from "../parts/chart.tsx";
import { Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { Term } from "../parts/term.tsx";
import { withQuery } from "../state/api.ts";
import { useAsked } from "../state/asked.ts";
import { serverNow } from "../state/clock.ts";
import { locale } from "../state/preferences.ts";
import type { PositionPage, PricePoint } from "../state/rows.ts";

const BUCKETS = 300;
const AROUND_MS = 10 * 60_000;

/** From a little before it was opened to a little after it was closed, in whole buckets so that the question stays the same for a while. */
function spanOf({ opened_at: opened, closed_at: closed }: PositionPage) {
  const from = (toMs(opened) ?? 0) - AROUND_MS;
  const end = closed === null ? serverNow() : (toMs(closed) ?? 0) + AROUND_MS;
  const seconds = Math.max(10, 10 * Math.ceil((end - from) / BUCKETS / 10_000));
  const bucket = seconds * 1000;
  const at = (ms: number): string => new Date(ms).toISOString();
  return { from: at(Math.floor(from / bucket) * bucket), to: at(Math.ceil(end / bucket) * bucket), seconds };
}

/** What was paid for the shares around the time they were held, and what we paid. */
export function PositionChart({ position }: { position: PositionPage }) {
  const asked = useAsked<PricePoint[]>(withQuery(`/markets/${position.market_id}/prices`, spanOf(position)));
  return (
    <Panel title={<Term name="price">Price while it was held</Term>} note="last fill of each moment">
      <Show asked={asked} what="its prices">
        {(points) => <Prices points={points} position={position} />}
      </Show>
    </Panel>
  );
}

function Prices({ points, position }: { points: readonly PricePoint[]; position: PositionPage }) {
  const { token_id: token, entry_price: entry, exit_price: exit, opened_at: opened, closed_at: closed } = position;
  const own = useMemo(() => points.filter((point) => point.token_id === token), [points, token]);
  const lines = useMemo<Line[]>(() => {
    const end = toMs(closed) ?? toMs(own.at(-1)?.at) ?? serverNow();
    return [
      {
        kind: "line",
        colour: "--accent",
        points: own.map((point) => ({ at: toMs(point.at) ?? 0, value: toNumber(point.close) })),
      },
      {
        kind: "line",
        colour: "--down",
        isDashed: true,
        points: [toMs(opened) ?? 0, end].map((at) => ({ at, value: toNumber(entry) })),
      },
    ];
  }, [own, entry, opened, closed]);
  if (own.length === 0) return <Nothing title="No fill around that time">The curve begins with the next one.</Nothing>;
  const left = exit === null ? "" : `, exit at ${price(exit, locale())}`;
  return (
    <>
      <Legend
        items={[
          [1, "Price"],
          [2, `Entry at ${price(entry, locale())}${left}`],
        ]}
      />
      <Chart
        size="middle"
        lines={lines}
        show={(value) => price(value, locale())}
        summary={`Price from ${price(own[0]?.close, locale())} to ${price(own.at(-1)?.close, locale())}; entered at ${price(entry, locale())}${left}.`}
      />
    </>
  );
}
