/** What a wallet's score rests on: its panels on the wallet's page. */
import { useMemo } from "preact/hooks";
import { decimal, percent } from "../format/numbers.ts";
import { words } from "../format/text.ts";
import { toMs } from "../format/times.ts";
import { Chart, type Line } from "../parts/chart.tsx";
import { EdgeInterval, Meter } from "../parts/drawings.tsx";
import { Fact, Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { CsvLink } from "../parts/table-panel.tsx";
import { Term } from "../parts/term.tsx";
import { Ago, Chip, Percent, Usd } from "../parts/values.tsx";
import type { Rows } from "../state/api.ts";
import { useAsked } from "../state/asked.ts";
import { locale } from "../state/preferences.ts";
import type { WalletPage as Answer, WalletHistory } from "../state/rows.ts";

type Explanation = Answer["explanation"];
type Edge = NonNullable<NonNullable<Explanation>["published"]>["edge"];

export function EligibilityPanel({ explanation }: { explanation: Explanation }) {
  const published = explanation?.published ?? null;
  const isEligible = published?.isFollowEligible ?? false;
  const reasons = published?.reasons ?? [];
  const left = Object.entries(explanation?.leftOut ?? {}).filter(([, units]) => units > 0);
  return (
    <Panel
      width={4}
      title={<Term name="followEligible">May it be followed?</Term>}
      tools={
        <Chip tone={isEligible ? "up" : "warn"} shape={isEligible ? "circle" : "cross"}>
          {isEligible ? "eligible" : "not eligible"}
        </Chip>
      }
    >
      <div class="stack">
        {isEligible ? (
          <p class="muted">
            It passes every rule. Whether it is followed then depends on its score, its edge and the limits.
          </p>
        ) : (
          <ul class="reasons">
            {(reasons.length > 0 ? reasons : [published?.ineligibleReason ?? "TOO_FEW_MARKETS"]).map((reason) => (
              <li key={reason}>{words(reason)}</li>
            ))}
          </ul>
        )}
        <dl class="facts">
          <Fact label={<Term name="role">Share made as maker</Term>}>
            <Percent value={published?.makerShare} digits={0} />
          </Fact>
          <Fact label="Largest unit">
            <Usd value={published?.largestUnitUsd} />
          </Fact>
          {published?.wash == null ? null : (
            <Fact label={<Term name="cluster">Wash cluster</Term>}>
              {published.wash.members} wallets, <Percent value={published.wash.share} digits={0} /> of its volume
            </Fact>
          )}
          {left.map(([why, units]) => (
            <Fact key={why} label={`Left out: ${words(why.replace(/[A-Z]/g, " $&"))}`}>
              {units}
            </Fact>
          ))}
        </dl>
      </div>
    </Panel>
  );
}

export function PartsPanel({ explanation }: { explanation: Explanation }) {
  const published = explanation?.published ?? null;
  return (
    <Panel width={4} title="What the score is made of">
      {published === null ? (
        <Nothing title="Nothing has been calculated yet">
          The wallet is neutral, 5.0, until one of its markets is resolved and the next run of scores has come.
        </Nothing>
      ) : (
        <div class="stack">
          <div>
            <Meter label="Win rate" value={published.parts.winRate} />
            <Meter label="Profit" value={published.parts.profit} />
            <Meter label="Consistency" value={published.parts.consistency} />
            <Meter label="Volume" value={published.parts.volume} />
            <Meter label="Timing" value={published.parts.timing} />
          </div>
          <p class="small muted">
            Raw {decimal(published.raw, 2, locale())}, pulled towards 5 by a confidence of{" "}
            {percent(published.confidence, 0, locale())}: {decimal(published.score, 2, locale())}. Calculated{" "}
            <Ago at={published.calculatedAt} />, rule {published.version}, from {published.source}.
            {explanation?.isDue === true ? " Something changed since; the next run takes it in." : ""}
          </p>
        </div>
      )}
    </Panel>
  );
}

export const EdgePanel = ({ edge }: { edge: Edge }) => (
  <Panel width={4} title={<Term name="edgePerShare">Edge per share</Term>} note="one-sided 95 %">
    {edge === null ? (
      <Nothing title="No edge yet">It needs bought episodes in markets that were resolved.</Nothing>
    ) : (
      <>
        <EdgeInterval mean={edge.perShare} lower={edge.lowerBound} />
        <p class="small muted">
          Over {edge.markets} markets, shrunk towards 0
          {edge.k === null ? "" : ` by ${decimal(edge.k, 1, locale())} markets' worth of doubt`}.
        </p>
      </>
    )}
  </Panel>
);

export function HistoryPanel({ address }: { address: string }) {
  const path = `/wallets/${address}/history`;
  const asked = useAsked<Rows<WalletHistory>>(`${path}?limit=500`, { everyMs: 20_000 });
  return (
    <Panel width={7} title="Score over time" tools={<CsvLink path={path} name="score history" />}>
      <Show asked={asked} what="its history">
        {({ rows }) => <History rows={rows} />}
      </Show>
    </Panel>
  );
}

function History({ rows }: { rows: readonly WalletHistory[] }) {
  const lines = useMemo<Line[]>(
    () => [
      {
        kind: "line",
        colour: "--accent",
        isStepped: true,
        points: rows.map((row) => ({ at: toMs(row.calculated_at) ?? 0, value: row.reputation_score })),
      },
    ],
    [rows],
  );
  const [last] = rows;
  if (last === undefined || rows.length < 2) {
    return <Nothing title="One score so far">A new point is made whenever a run changes the score.</Nothing>;
  }
  const first = rows.at(-1) ?? last;
  return (
    <Chart
      size="middle"
      lines={lines}
      range={[0, 10]}
      show={(value) => decimal(value, 1, locale())}
      summary={`The score went from ${decimal(first.reputation_score, 2)} to ${decimal(last.reputation_score, 2)} in ${rows.length} steps.`}
    />
  );
}
