import * as column from "../parts/column-kinds.tsx";
import { Nothing } from "../parts/states.tsx";
import type { Column } from "../parts/table.tsx";
import { PagedPanel, TablePanel } from "../parts/table-panel.tsx";
import { Term } from "../parts/term.tsx";
import { Time } from "../parts/values.tsx";
import type { WalletPage as Answer, Unit } from "../state/rows.ts";

const unitColumns: readonly Column<Unit>[] = [
  column.market(),
  column.text("category", "Category"),
  column.usd("paid_in_usd", "Paid in"),
  column.gain("realized_pnl_usd", "P&L", { term: "realizedPnlUsd" }),
  column.gainPercent("roi", "Return"),
  column.edge("edge_per_share", "Edge", { term: "edgePerShare" }),
  column.time("opened_at", "Opened"),
  column.field("closed_at", "Closed", (row) => (row.closed_at === null ? "open" : <Time at={row.closed_at} />)),
  {
    key: "is_incomplete",
    label: "Counts",
    term: "incomplete",
    show: (row) => (row.is_incomplete ? "incomplete" : "yes"),
    value: (row) => !row.is_incomplete,
  },
];

export const UnitsPanel = ({ address }: { address: string }) => (
  <PagedPanel
    name="Units"
    title={<Term name="unit">Units</Term>}
    note="its record in each market"
    path={`/wallets/${address}/units`}
    limit={20}
    columns={unitColumns}
    keyOf={({ market_id: id }) => id}
    sortAs="units"
    empty={
      <Nothing title="No unit is in the ledger yet">
        The ledger takes finalized fills only, seconds behind the tape.
      </Nothing>
    }
  />
);

type Linked = Answer["linked"][number];
const linkedColumns: readonly Column<Linked>[] = [
  column.wallet("wallet_address", "Wallet", { card: "title" }),
  column.field("link", "Linked by", (row) => (row.link === "owner" ? "the same owner" : "a wash cluster")),
  column.text("detail", "Kind"),
  column.percent("share", "Within the cluster"),
];

export const LinkedPanel = ({ linked }: { linked: readonly Linked[] }) => (
  <TablePanel
    name="Linked wallets"
    note="of the same owner, or that trade among themselves"
    columns={linkedColumns}
    rows={linked}
    keyOf={({ wallet_address: address, link }) => address + link}
    empty={
      <Nothing title="None is known">
        Wallets of one owner are linked when a Safe or proxy tells its owner; a wash cluster, when wallets turn over
        among themselves.
      </Nothing>
    }
  />
);
