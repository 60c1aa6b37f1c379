import { percent } from "../format/numbers.ts";
import { words } from "../format/text.ts";
import { durationOr } from "../format/times.ts";
import * as column from "../parts/column-kinds.tsx";
import { Fact, Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Ago, Usd } from "../parts/values.tsx";
import { useAsked } from "../state/asked.ts";
import { locale } from "../state/preferences.ts";
import type { LiveTrading } from "../state/rows.ts";

/** Live trading beside paper: status, what the venue has otherwise, what is claimable, and the drift. */
export function LiveTradingPanel() {
  const asked = useAsked<LiveTrading>("/live-trading", { everyMs: 15_000 });
  return (
    <Panel title="Live trading">
      <Show asked={asked} what="how live trading stands">
        {(live) => <Standing live={live} />}
      </Show>
    </Panel>
  );
}

const share = (value: number | null): string => (value === null ? "–" : percent(value, 1, locale()));

type Difference = LiveTrading["differences"][number];
const columns: readonly Column<Difference>[] = [
  column.code("kind", "Difference", { card: "title" }),
  column.text("expected", "By our books"),
  column.text("found", "At the venue"),
  column.time("first_seen_at", "Since"),
];

function Standing({ live: { status, claims, differences, drift } }: { live: LiveTrading }) {
  if (status === null) return <Nothing title="No executor has started yet">It says here how it trades.</Nothing>;
  // Before there was any of it, a list of dashes would say nothing.
  if (status.mode === "PAPER" && status.asked === "PAPER" && drift.orders === 0) {
    return (
      <Nothing title="Trading on paper, and no order was ever live">
        Live trading starts with <code>ENABLE_PAPER_TRADING=false</code>, once <code>orderflow doctor --live</code>{" "}
        finds nothing missing.
      </Nothing>
    );
  }
  return (
    <>
      <dl class="facts">
        <Fact label="Mode">
          {words(status.mode)}
          {status.asked === status.mode ? null : `, though ${words(status.asked)} was asked for`}
        </Fact>
        <Fact label="Compared with the venue">
          {status.reconciled_at === null ? "never" : <Ago at={status.reconciled_at} />}
        </Fact>
        <Fact label="Orders on their way">{status.pending_orders}</Fact>
        <Fact label="Claimable">
          <Usd value={claims.payout_usd} />
        </Fact>
        <Fact label="Price against paper">{drift.price_drift === null ? "–" : <Usd value={drift.price_drift} />}</Fact>
        <Fact label="Filled, live and paper">
          {share(drift.live_fill_share)} and {share(drift.paper_fill_share)}
        </Fact>
        <Fact label="Sent, matched, final">
          {durationOr(drift.sent_ms_median)}, {durationOr(drift.matched_ms_median)}, {durationOr(drift.final_ms_median)}
        </Fact>
        <Fact label={`P&L of ${drift.positions} positions, live and paper`}>
          <Usd value={drift.live_pnl_usd} /> and <Usd value={drift.paper_pnl_usd} />
        </Fact>
      </dl>
      {status.refusals.map(({ code, text }) => (
        <p key={code} class="small warn">
          {text}
        </p>
      ))}
      {claims.obstacles.map((obstacle) => (
        <p key={obstacle} class="small warn">
          Not redeemed: {obstacle}
        </p>
      ))}
      <Table
        name="Differences"
        columns={columns}
        rows={differences}
        keyOf={(row) => `${row.kind} ${row.subject}`}
        empty={
          status.reconciled_at === null ? (
            <Nothing title="Not compared yet">
              Our books and the venue&apos;s account are held together at the start.
            </Nothing>
          ) : (
            <Nothing title="No differences">Our books and the venue&apos;s account agree.</Nothing>
          )
        }
      />
    </>
  );
}
