import { Fact, PageHead, Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { TablePanel } from "../parts/table-panel.tsx";
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
    <TablePanel
      name="Open positions"
      title={
        <>
          Open <Term name="position">positions</Term>
        </>
      }
      note={asked.value?.rows.length}
      csv={path}
      asked={asked}
      columns={heldColumns()}
      rows={asked.value?.rows ?? []}
      keyOf={({ id }) => id}
      sortAs="sort"
      empty={
        <Nothing title="Nothing is held">
          A position opens when an eligible wallet with a high score buys and every limit allows it. Signals say why
          others were passed over.
        </Nothing>
      }
    />
  );
}

const leftOut = ["signal_type", "wallet_score", "trigger_price", "profit_loss_usd"];
const newestColumns = signalColumns.filter(({ key }) => !leftOut.includes(key));

function RecentSignals() {
  const asked = useAsked<Rows<Signal>>("/signals?limit=8", { topics: ["signals"] });
  return (
    <TablePanel
      name="Newest signals"
      title={<Term name="signal">Newest signals</Term>}
      width={9}
      tools={<a href="/signals">All signals</a>}
      csv="/signals"
      asked={asked}
      columns={newestColumns}
      rows={asked.value?.rows ?? []}
      keyOf={({ id }) => id}
      empty={
        <Nothing title="No signal yet">
          They begin when wallets have a score, which needs markets that were resolved. In the demo that takes about a
          minute, on a fresh chain days, unless <span class="mono">orderflow bootstrap</span> has run.
        </Nothing>
      }
    />
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
