import { UNKNOWN } from "../format/numbers.ts";
import { plain, words } from "../format/text.ts";
import * as column from "../parts/column-kinds.tsx";
import { Fact, Figure, Figures, PageHead, Panel } from "../parts/panel.tsx";
import { Show } from "../parts/states.tsx";
import type { Column } from "../parts/table.tsx";
import { TablePanel } from "../parts/table-panel.tsx";
import { Term } from "../parts/term.tsx";
import { Ago, Decimal, MarketLink, Price, Signed, Status, Tier, Time, Usd, WalletLink } from "../parts/values.tsx";
import { useAsked } from "../state/asked.ts";
import type { PositionPage as Answer } from "../state/rows.ts";
import { CloseButton } from "./close-column.tsx";
import { PositionChart } from "./position-chart.tsx";

export function PositionPage({ id }: { id: string }) {
  const asked = useAsked<Answer>(`/positions/${encodeURIComponent(id)}`, { topics: ["positions"] });
  const { value } = asked;
  return (
    <>
      <PageHead
        crumb={<a href="/positions">Positions</a>}
        title={value === undefined ? "Position" : <span dir="auto">{plain(value.market_title ?? "Position")}</span>}
        about={value === undefined ? undefined : plain(value.outcome ?? "")}
      >
        {value === undefined ? null : <CloseButton position={value} />}
      </PageHead>
      <Show
        asked={asked}
        what="the position"
        missing="No position of this id is kept here. The demo begins anew at each start."
      >
        {(position) => <Details position={position} />}
      </Show>
    </>
  );
}

function Details({ position }: { position: Answer }) {
  const isOpen = position.status === "OPEN";
  const gain = isOpen ? position.unrealized_pnl_usd : position.realized_pnl_usd;
  return (
    <>
      <Figures label="The position in figures">
        <Figure
          lead
          label={isOpen ? <Term name="unrealizedPnlUsd">Unrealized P&L</Term> : <Term name="realizedPnlUsd">P&L</Term>}
          sub={
            <>
              <Signed value={Number(gain) / Number(position.cost_usd)} as="percent" /> of its cost{" "}
              <Status of={position.status} />
            </>
          }
        >
          <Signed value={gain} />
        </Figure>
        <Figure
          label={<Term name="costUsd">Cost</Term>}
          sub={
            <>
              <Usd value={position.fees_usd} /> fees
            </>
          }
        >
          <Usd value={position.cost_usd} />
        </Figure>
        <Figure
          label="Entry"
          sub={
            <>
              <Decimal value={position.shares} /> shares
            </>
          }
        >
          <Price value={position.entry_price} />
        </Figure>
        <Figure
          label={isOpen ? <Term name="mark">Mark, bid</Term> : "Exit"}
          sub={isOpen ? <Ago at={position.marked_at} /> : words(position.close_reason ?? "")}
        >
          <Price value={isOpen ? position.current_price : position.exit_price} />
        </Figure>
      </Figures>
      <div class="grid">
        <Panel width={4} title="Where it came from">
          <dl class="facts">
            <Fact label="Market">
              <MarketLink id={position.market_id} title={position.market_title} />
            </Fact>
            <Fact label={<Term name="signal">Signal</Term>}>
              <a href={`/signals/${encodeURIComponent(position.signal_id)}`}>{words(position.signal_type)}</a>
            </Fact>
            <Fact label={<Term name="leader">Leader</Term>}>
              <WalletLink address={position.leader} />
            </Fact>
            <Fact label={<Term name="traderTier">Its tier then</Term>}>
              <Tier of={position.wallet_tier} />
            </Fact>
            <Fact label="Mode">{position.mode}</Fact>
            <Fact label="Opened">
              <Time at={position.opened_at} seconds />
            </Fact>
            <Fact label="Closed">
              {position.closed_at === null ? UNKNOWN : <Time at={position.closed_at} seconds />}
            </Fact>
          </dl>
        </Panel>
        <TablePanel
          name="Orders"
          title={<Term name="order">Orders</Term>}
          width={8}
          columns={orderColumns}
          rows={position.orders}
          keyOf={({ client_order_id: id }) => id}
          empty="No order is known"
        />
        <PositionChart position={position} />
      </div>
    </>
  );
}

type Order = Answer["orders"][number];
const orderColumns: readonly Column<Order>[] = [
  column.timeOfDay("submitted_at", "Sent", { card: "title" }),
  column.side("side", "Side", { term: "side" }),
  column.price("limit_price", "Limit"),
  {
    key: "stake_usd",
    label: "Asked",
    isRight: true,
    show: (row) => (row.stake_usd === null ? <Decimal value={row.size} /> : <Usd value={row.stake_usd} />),
    value: (row) => row.stake_usd ?? row.size,
  },
  column.shares("filled_size", "Filled"),
  column.usd("filled_usd", "For"),
  column.usd("fee_usd", "Fee"),
  column.status("status", "Status"),
  column.code("reason", "Reason"),
];
