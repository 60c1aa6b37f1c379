import { useMemo } from "preact/hooks";
import { percent, toNumber, usd } from "../format/numbers.ts";
import { duration, toMs } from "../format/times.ts";
import { Chart, Legend, type Line } from "../parts/chart.tsx";
import { Choice, CsvLink } from "../parts/list.tsx";
import { Fact, Figure, Figures, PageHead, Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { Term } from "../parts/term.tsx";
import { TradingButtons } from "../parts/trading.tsx";
import { Ago, Chip, Count, Percent, Signed, Status, Tier, Usd } from "../parts/values.tsx";
import type { Rows } from "../state/api.ts";
import { withQuery } from "../state/api.ts";
import { useAsked } from "../state/asked.ts";
import { locale } from "../state/preferences.ts";
import { place } from "../state/router.ts";
import type { EquityPoint, Overview, Position, Signal, State } from "../state/rows.ts";
import { session } from "../state/session.ts";
import { liveHealth, liveState } from "../state/stream.ts";
import { closeColumn } from "./close-column.tsx";
import { openColumns, signalColumns } from "./columns.tsx";

const SPANS = [
  ["0.25", "6 h"],
  ["1", "1 d"],
  ["7", "7 d"],
  ["30", "30 d"],
  ["3650", "All"],
] as const;

export function OverviewPage() {
  const asked = useAsked<Overview>("/overview", { everyMs: 15_000 });
  return (
    <>
      <PageHead title="Overview" about="What the system holds, earned today, and sees." />
      <Show asked={asked} what="the account">
        {(overview) => <Account overview={overview} state={liveState.value ?? overview} />}
      </Show>
      <div class="grid">
        <EquityPanel />
        <div class="w4 stack">
          <Show asked={asked} what="the feed">
            {(overview) => (
              <>
                <TradingPanel state={liveState.value ?? overview} />
                <FeedPanel overview={overview} />
              </>
            )}
          </Show>
        </div>
        <OpenPositions />
        <RecentSignals />
        <Show asked={asked} what="the tiers">
          {(overview) => <TiersPanel overview={overview} />}
        </Show>
      </div>
    </>
  );
}

function Account({ overview, state }: { overview: Overview; state: State }) {
  const { account, today } = state;
  const { positions } = overview;
  if (account === null) {
    return (
      <div class="panel">
        <Nothing title="No executor has run on this database yet">
          Capital, positions and P&L appear as soon as one has started: <span class="mono">orderflow up</span> runs
          everything, <span class="mono">orderflow executor</span> the executor alone.
        </Nothing>
      </div>
    );
  }
  const earned = (toNumber(account.equity_usd) ?? 0) - (toNumber(account.capital_usd) ?? 0);
  const capital = toNumber(account.capital_usd) ?? 0;
  return (
    <Figures label="Account">
      <Figure
        lead
        label={<Term name="equityUsd">Equity</Term>}
        sub={
          <>
            of <Usd value={account.capital_usd} /> capital,{" "}
            <Signed value={capital === 0 ? null : earned / capital} as="percent" digits={2} />
          </>
        }
      >
        <Usd value={account.equity_usd} />
      </Figure>
      <Figure label="Today, UTC" sub={today === null ? "no day yet" : `${today.wins} won, ${today.losses} lost`}>
        <Signed value={today?.net_pnl_usd} />
      </Figure>
      <Figure label={<Term name="unrealizedPnlUsd">Unrealized</Term>} sub={`${account.open_positions} open positions`}>
        <Signed value={account.unrealized_pnl_usd} />
      </Figure>
      <Figure
        label={<Term name="realizedPnlUsd">Realized</Term>}
        sub={
          <>
            <Usd value={positions.fees_usd} /> of it fees
          </>
        }
      >
        <Signed value={account.realized_pnl_usd} />
      </Figure>
      <Figure label={<Term name="Drawdown">Worst drawdown</Term>} sub="of the day, from its peak">
        <Percent value={today === null ? null : today.max_drawdown_pct / 100} digits={2} />
      </Figure>
      <Figure label="Closed positions" sub={`${positions.resolved} by resolution`}>
        <Count value={positions.closed} />
        <span class="small muted">
          {" "}
          <Percent value={positions.closed === 0 ? null : positions.wins / positions.closed} digits={0} /> won
        </span>
      </Figure>
    </Figures>
  );
}

/** Paper beside live has a curve of its own: shown is that of the account above. */
const shownMode = (): string | undefined => liveState.value?.account?.mode ?? session.value?.label.mode;

function EquityPanel() {
  const days = place.value.query.get("days") ?? "7";
  const path = withQuery("/equity", { days, points: 600 });
  const asked = useAsked<EquityPoint[]>(path, { everyMs: 10_000 });
  return (
    <Panel
      width={8}
      title={
        <>
          <Term name="equityUsd">Equity</Term> and <Term name="drawdownRatio">drawdown</Term>
        </>
      }
      tools={<Choice label="Time shown" name="days" start="7" options={SPANS} />}
    >
      <Show asked={asked} what="equity over time">
        {(points) => <EquityCharts all={points} mode={shownMode()} />}
      </Show>
    </Panel>
  );
}

function EquityCharts({ all, mode }: { all: readonly EquityPoint[]; mode: string | undefined }) {
  const points = useMemo(() => all.filter((point) => point.mode === mode), [all, mode]);
  const lines = useMemo<Line[]>(() => {
    const of = (value: (point: EquityPoint) => number | null) =>
      points.map((point) => ({ at: toMs(point.at) ?? 0, value: value(point) }));
    return [
      { kind: "area", colour: "--accent", points: of((point) => toNumber(point.equity_usd)) },
      {
        kind: "area",
        colour: "--down",
        pane: 1,
        show: (value) => percent(value, 1, locale()),
        points: of((point) => -point.drawdown_ratio),
      },
    ];
  }, [points]);
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 2) {
    return (
      <Nothing title="No curve yet">
        Equity is kept for each minute in which it changed. The first points come with the first position.
      </Nothing>
    );
  }
  const worst = Math.max(...points.map((point) => point.drawdown_ratio));
  return (
    <>
      <Legend
        items={[
          [1, "Equity"],
          [4, `Drawdown, at worst ${percent(worst, 2, locale())}`],
        ]}
      />
      <Chart
        lines={lines}
        show={(value) => usd(value, locale())}
        summary={`Equity went from ${usd(first.equity_usd, locale())} to ${usd(last.equity_usd, locale())}; drawdown was at worst ${percent(worst, 2, locale())}.`}
      />
    </>
  );
}

function TradingPanel({ state }: { state: State }) {
  const { account, executor, feed } = state;
  return (
    <Panel title="Trading" tools={<Status of={account?.trading_state ?? "HALTED"} />}>
      <div class="stack">
        <dl class="facts">
          <Fact label="Executor">
            {executor.is_running ? (
              <Chip tone="up" shape="circle">
                running
              </Chip>
            ) : (
              <Chip tone="down" shape="cross">
                not running
              </Chip>
            )}
          </Fact>
          <Fact label="Last wrote">
            <Ago at={executor.last_seen_at} />
          </Fact>
          <Fact label="Cash">
            <Usd value={account?.cash_usd} />
          </Fact>
          {account?.entries_stopped_until == null ? null : (
            <Fact label="No entries until">
              <span class="warn">{new Date(account.entries_stopped_until).toLocaleTimeString(locale())}</span>
            </Fact>
          )}
          <Fact label="Commands waiting">
            <Count value={feed?.commands_waiting} />
          </Fact>
        </dl>
        <TradingButtons state={account?.trading_state ?? null} openPositions={account?.open_positions ?? 0} />
      </div>
    </Panel>
  );
}

function FeedPanel({ overview }: { overview: Overview }) {
  const health = liveHealth.value;
  const lag = health?.lag_ms ?? null;
  return (
    <Panel title="Feed" tools={<a href="/health">Health</a>}>
      <dl class="facts">
        <Fact label={<Term name="headBlock">Newest block</Term>}>
          <Count value={health?.head_block ?? overview.feed?.head_block} />
        </Fact>
        <Fact label="Its age">{lag === null ? "–" : duration(Math.max(0, lag))}</Fact>
        <Fact label="Fills a second">
          <Count value={health?.fills_per_second} />
        </Fact>
        <Fact label={<Term name="fill">Fills read</Term>}>
          <Count value={overview.totals.fills} />
        </Fact>
        <Fact label="Wallets seen">
          <Count value={overview.totals.wallets} />
        </Fact>
        <Fact label="Markets, resolved">
          <Count value={overview.totals.markets} />, <Count value={overview.totals.resolved_markets} />
        </Fact>
      </dl>
    </Panel>
  );
}

function OpenPositions() {
  const path = "/positions?status=OPEN";
  const asked = useAsked<Rows<Position>>(`${path}&limit=50`, { topics: ["positions"] });
  const columns = useMemo(() => [...openColumns, closeColumn], []);
  return (
    <Panel
      flush
      title={
        <>
          Open <Term name="position">positions</Term>
        </>
      }
      note={asked.value === undefined ? undefined : `${asked.value.rows.length}`}
      tools={<CsvLink path={path} name="open positions" />}
    >
      <Show asked={asked} what="open positions">
        {({ rows }) => (
          <Table
            name="Open positions"
            columns={columns}
            rows={rows}
            keyOf={({ id }) => id}
            sortAs="sort"
            empty={
              <Nothing title="Nothing is held">
                A position opens when an eligible wallet with a high score buys and every limit allows it. Signals say
                why others were passed over.
              </Nothing>
            }
          />
        )}
      </Show>
    </Panel>
  );
}

function RecentSignals() {
  const asked = useAsked<Rows<Signal>>("/signals?limit=8", { topics: ["signals"] });
  const columns = useMemo(
    () => signalColumns.filter(({ key }) => !["trigger_price", "outcome", "side", "profit_loss_usd"].includes(key)),
    [],
  );
  return (
    <Panel
      width={9}
      flush
      title={<Term name="signal">Newest signals</Term>}
      tools={
        <>
          <CsvLink path="/signals" name="signals" />
          <a href="/signals">All signals</a>
        </>
      }
    >
      <Show asked={asked} what="signals">
        {({ rows }) => (
          <Table
            name="Newest signals"
            columns={columns}
            rows={rows}
            keyOf={({ id }) => id}
            empty={
              <Nothing title="No signal yet">
                They begin when wallets have a score, which needs markets that were resolved. In the demo that takes
                about a minute, on a fresh chain days, unless <span class="mono">orderflow bootstrap</span> has run.
              </Nothing>
            }
          />
        )}
      </Show>
    </Panel>
  );
}

function TiersPanel({ overview }: { overview: Overview }) {
  return (
    <Panel width={3} title={<Term name="traderTier">Wallets by tier</Term>} tools={<a href="/wallets">Leaderboard</a>}>
      <dl class="facts">
        {overview.tiers.map(({ trader_tier: tier, wallets }) => (
          <Fact key={tier} label={<Tier of={tier} />}>
            <Count value={wallets} />
          </Fact>
        ))}
      </dl>
    </Panel>
  );
}
