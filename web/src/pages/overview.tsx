import { useMemo } from "preact/hooks";
import { CsvLink } from "../parts/list.tsx";
import { Fact, PageHead, Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { Term } from "../parts/term.tsx";
import { Count, Tier } from "../parts/values.tsx";
import type { Rows } from "../state/api.ts";
import { useAsked } from "../state/asked.ts";
import type { Overview, Position, Signal } from "../state/rows.ts";
import { liveState } from "../state/stream.ts";
import { heldColumns } from "./close-column.tsx";
import { signalColumns } from "./columns.tsx";
import { EquityPanel } from "./overview-equity.tsx";
import { Account, FeedPanel, TradingPanel } from "./overview-state.tsx";

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

function OpenPositions() {
  const path = "/positions?status=OPEN";
  const asked = useAsked<Rows<Position>>(`${path}&limit=50`, { topics: ["positions"] });
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
            columns={heldColumns()}
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
    () =>
      signalColumns.filter(
        ({ key }) => !["signal_type", "wallet_score", "trigger_price", "profit_loss_usd"].includes(key),
      ),
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
