import { toNumber, usd } from "../format/numbers.ts";
import { duration } from "../format/times.ts";
import { Fact, Figure, Figures, Panel } from "../parts/panel.tsx";
import { Nothing } from "../parts/states.tsx";
import { Term } from "../parts/term.tsx";
import { TradingButtons } from "../parts/trading.tsx";
import { Ago, Chip, Count, Percent, Signed, Status, Time, Usd } from "../parts/values.tsx";
import { locale } from "../state/preferences.ts";
import type { Overview, State } from "../state/rows.ts";
import { catchUpMs, liveHealth } from "../state/stream.ts";

export function Account({ overview, state }: { overview: Overview; state: State }) {
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
            <Signed value={capital === 0 ? null : earned / capital} as="percent" digits={2} /> of{" "}
            <Usd value={account.capital_usd} />
          </>
        }
      >
        <Usd value={account.equity_usd} />
      </Figure>
      <Figure
        label="Today, UTC"
        sub={
          today === null
            ? "no day yet"
            : `${usd(today.net_pnl_usd, locale(), true)} of it closed: ${today.wins} won, ${today.losses} lost`
        }
      >
        <Signed value={today === null ? null : account.day_pnl_usd} />
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
      <Figure
        label="Closed positions"
        sub={
          positions.closed === 0 ? undefined : (
            <>
              <Percent value={positions.wins / positions.closed} digits={0} /> won, {positions.resolved} by resolution
            </>
          )
        }
      >
        <Count value={positions.closed} />
      </Figure>
    </Figures>
  );
}

export function TradingPanel({ state }: { state: State }) {
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
              <span class="warn">
                <Time at={account.entries_stopped_until} />
              </span>
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

export function FeedPanel({ overview }: { overview: Overview }) {
  const health = liveHealth.value;
  const lag = health?.lag_ms ?? null;
  const left = catchUpMs.value;
  return (
    <Panel title="Feed" tools={<a href="/health">Health</a>}>
      <dl class="facts">
        <Fact label={<Term name="headBlock">Newest block</Term>}>
          <Count value={health?.head_block ?? overview.feed?.head_block} />
        </Fact>
        <Fact label="Its age">{lag === null ? "–" : duration(Math.max(0, lag))}</Fact>
        {left === null ? null : (
          <Fact label="Catching up">
            <span class="warn">about {duration(left)} to go</span>
          </Fact>
        )}
        <Fact label="Fills a second">
          <Count value={health?.fills_per_second} />
        </Fact>
        <Fact label={<Term name="fill">Fills read</Term>}>
          <Count value={overview.totals.fills} />
        </Fact>
        <Fact label="Wallets seen">
          <Count value={overview.totals.wallets} />
        </Fact>
        <Fact label="Markets">
          <Count value={overview.totals.markets} />, <Count value={overview.totals.resolved_markets} /> resolved
        </Fact>
      </dl>
    </Panel>
  );
}
