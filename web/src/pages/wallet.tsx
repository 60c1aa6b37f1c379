import { useMemo } from "preact/hooks";
import { decimal, percent } from "../format/numbers.ts";
import { plain, shortHex, words } from "../format/text.ts";
import { toMs } from "../format/times.ts";
import { Chart, type Line } from "../parts/chart.tsx";
import { Calibration, EdgeInterval, Meter } from "../parts/drawings.tsx";
import { CsvLink } from "../parts/list.tsx";
import { Fact, Figure, Figures, PageHead, Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { Term } from "../parts/term.tsx";
import { Ago, Chip, Count, Decimal, Percent, Signed, Tier, Time, Usd } from "../parts/values.tsx";
import type { Rows } from "../state/api.ts";
import { useAsked } from "../state/asked.ts";
import { locale } from "../state/preferences.ts";
import type { WalletPage as Answer, WalletHistory } from "../state/rows.ts";
import { LinkedPanel, UnitsPanel } from "./wallet-tables.tsx";

export function WalletPage({ id }: { id: string }) {
  const asked = useAsked<Answer>(`/wallets/${id}`, { everyMs: 20_000 });
  return (
    <>
      <PageHead
        crumb={<a href="/wallets">Wallets</a>}
        title={
          <span class="mono" title={id}>
            {shortHex(plain(id))}
          </span>
        }
        about={<span class="mono small">{plain(id)}</span>}
      >
        <a class="button" href={`/tape?wallet=${encodeURIComponent(id)}`}>
          Its fills
        </a>
      </PageHead>
      <Show
        asked={asked}
        what="the wallet"
        missing="No fill of this wallet has been read. It appears here with its first; older ones are read by orderflow backfill."
      >
        {(wallet) => <Details wallet={wallet} />}
      </Show>
    </>
  );
}

function Details({ wallet }: { wallet: Answer }) {
  const { stats, explanation, wallet_address: address } = wallet;
  const published = explanation?.published ?? null;
  return (
    <>
      <Figures label="The wallet in figures">
        <Figure lead label={<Term name="score">Score</Term>} sub={<Tier of={stats?.trader_tier} />}>
          <Decimal value={stats?.reputation_score} />
        </Figure>
        <Figure
          label={<Term name="confidenceScore">Confidence</Term>}
          sub={`of ${stats?.closed_markets ?? 0} closed units`}
        >
          <Percent value={stats?.confidence_score} digits={0} />
        </Figure>
        <Figure
          label={<Term name="realizedPnlUsd">P&L of closed units</Term>}
          sub={
            <>
              <Term name="profitFactor">profit factor</Term> <Decimal value={stats?.profit_factor} />
            </>
          }
        >
          <Signed value={stats?.total_pnl_usd} />
        </Figure>
        <Figure
          label={<Term name="winRate">Won</Term>}
          sub={`${stats?.profitable_trades ?? 0} of ${stats?.closed_markets ?? 0}`}
        >
          <Percent value={stats?.win_rate} digits={0} />
        </Figure>
        <Figure
          label="Volume"
          sub={
            <>
              <Count value={stats?.total_trades} /> fills
            </>
          }
        >
          <Usd value={stats?.total_volume_usd} />
        </Figure>
        <Figure
          label="Last fill"
          sub={
            <>
              first <Time at={stats?.first_trade_at} />
            </>
          }
        >
          <Ago at={stats?.last_trade_at} />
        </Figure>
      </Figures>
      <div class="grid">
        <div class="w4 stack">
          <EligibilityPanel explanation={explanation} />
          <Panel title="What the score is made of">
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
          <Panel title={<Term name="edgePerShare">Edge per share</Term>} note="one-sided 95 %">
            {published?.edge == null ? (
              <Nothing title="No edge yet">It needs bought episodes in markets that were resolved.</Nothing>
            ) : (
              <>
                <EdgeInterval mean={published.edge.perShare} lower={published.edge.lowerBound} />
                <p class="small muted">
                  Over {published.edge.markets} markets, shrunk towards 0
                  {published.edge.k === null
                    ? ""
                    : ` by ${decimal(published.edge.k, 1, locale())} markets' worth of doubt`}
                  .
                </p>
              </>
            )}
          </Panel>
        </div>
        <div class="w8 stack">
          <HistoryPanel address={address} />
          <Panel title={<Term name="calibration">Calibration</Term>} note="price paid against what came of it">
            {wallet.calibration.length === 0 ? (
              <Nothing title="No purchase was resolved yet">
                Points come with the first of its markets that is resolved.
              </Nothing>
            ) : (
              <Calibration points={wallet.calibration} />
            )}
          </Panel>
        </div>
        <UnitsPanel address={address} />
        <LinkedPanel linked={wallet.linked} />
      </div>
    </>
  );
}

function EligibilityPanel({ explanation }: { explanation: Answer["explanation"] }) {
  const published = explanation?.published ?? null;
  const isEligible = published?.isFollowEligible ?? false;
  const reasons = published?.reasons ?? [];
  const left = Object.entries(explanation?.leftOut ?? {}).filter(([, units]) => units > 0);
  return (
    <Panel
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

function HistoryPanel({ address }: { address: string }) {
  const path = `/wallets/${address}/history`;
  const asked = useAsked<Rows<WalletHistory>>(`${path}?limit=500`, { everyMs: 20_000 });
  return (
    <Panel title="Score over time" tools={<CsvLink path={path} name="score history" />}>
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
