import { toNumber } from "../format/numbers.ts";
import * as column from "../parts/column-kinds.tsx";
import { CsvLink, List } from "../parts/list.tsx";
import { Panel } from "../parts/panel.tsx";
import { Nothing } from "../parts/states.tsx";
import { type Column, CsvButton, Table } from "../parts/table.tsx";
import { Term } from "../parts/term.tsx";
import { Percent, Time } from "../parts/values.tsx";
import { usePaged } from "../state/paged.ts";
import type { WalletPage as Answer, Unit } from "../state/rows.ts";

const unitColumns: readonly Column<Unit>[] = [
  column.market(),
  column.text("category", "Category"),
  column.usd("paid_in_usd", "Paid in"),
  column.gain("realized_pnl_usd", "P&L", { term: "realizedPnlUsd" }),
  column.gainPercent("roi", "Return"),
  column.edge("edge_per_share", "Edge", { term: "edgePerShare" }),
  column.time("opened_at", "Opened"),
  {
    key: "closed_at",
    label: "Closed",
    show: (row) => (row.closed_at === null ? "open" : <Time at={row.closed_at} />),
    value: (row) => row.closed_at,
  },
  {
    key: "is_incomplete",
    label: "Counts",
    term: "incomplete",
    show: (row) => (row.is_incomplete ? "incomplete" : "yes"),
    value: (row) => !row.is_incomplete,
  },
];

export function UnitsPanel({ address }: { address: string }) {
  const path = `/wallets/${address}/units`;
  const paged = usePaged<Unit>(`${path}?limit=20`, {}, ({ market_id: id }) => id);
  return (
    <Panel
      flush
      title={<Term name="unit">Units</Term>}
      note="its record in each market"
      tools={<CsvLink path={path} name="units" />}
    >
      <List
        name="Units"
        paged={paged}
        columns={unitColumns}
        keyOf={({ market_id: id }) => id}
        sortAs="units"
        empty={
          <Nothing title="No unit is in the ledger yet">
            The ledger takes finalized fills only, seconds behind the tape.
          </Nothing>
        }
      />
    </Panel>
  );
}

type Linked = Answer["linked"][number];
const linkedColumns: readonly Column<Linked>[] = [
  column.wallet("wallet_address", "Wallet", { card: "title" }),
  {
    key: "link",
    label: "Linked by",
    show: (row) => (row.link === "owner" ? "the same owner" : "a wash cluster"),
    value: (row) => row.link,
  },
  column.text("detail", "Kind"),
  {
    key: "share",
    label: "Within the cluster",
    isRight: true,
    show: (row) => <Percent value={row.share} digits={0} />,
    value: (row) => toNumber(row.share),
  },
];

export const LinkedPanel = ({ linked }: { linked: readonly Linked[] }) => (
  <Panel
    flush
    title="Linked wallets"
    note="of the same owner, or that trade among themselves"
    tools={<CsvButton name="linked wallets" columns={linkedColumns} rows={linked} />}
  >
    <Table
      name="Linked wallets"
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
  </Panel>
);
