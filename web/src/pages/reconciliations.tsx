import { percent } from "../format/numbers.ts";
import * as column from "../parts/column-kinds.tsx";
import { Panel } from "../parts/panel.tsx";
import { Nothing } from "../parts/states.tsx";
import { type Column, CsvButton, Table } from "../parts/table.tsx";
import { locale } from "../state/preferences.ts";
import type { Health } from "../state/rows.ts";

type Reconciliation = Health["reconciliations"][number];

const measures = { positions: "its positions, before fees", "user-pnl": "its series of whole accounts, after fees" };

const columns: readonly Column<Reconciliation>[] = [
  {
    key: "measure",
    label: "Compared with",
    card: "title",
    show: (row) => measures[row.measure],
    value: (row) => row.measure,
  },
  column.time("reconciled_at", "Time"),
  column.count("wallets", "Wallets"),
  column.count("units", "Markets"),
  column.usd("median_error_usd", "Error, median"),
  column.usd("p99_error_usd", "99 %"),
  column.usd("max_error_usd", "Largest"),
  {
    key: "share_within_1_pct",
    label: "Within 1 %",
    isRight: true,
    show: (row) => (row.share_within_1_pct === null ? "–" : percent(row.share_within_1_pct, 1, locale())),
    value: (row) => row.share_within_1_pct,
  },
  column.count("unexplained", "Unexplained"),
];

/** What our ledger says wallets earned, against what the venue says. */
export const Reconciliations = ({ reconciliations }: { reconciliations: readonly Reconciliation[] }) => (
  <Panel
    flush
    title="P&L against the venue's"
    tools={<CsvButton name="reconciliations" columns={columns} rows={reconciliations} />}
  >
    <Table
      name="P&L against the venue's"
      columns={columns}
      rows={reconciliations}
      keyOf={({ measure }) => measure}
      empty={
        <Nothing title="Not compared yet">
          <span class="mono">orderflow reconcile</span> compares a sample of wallets with what the venue says of them.
        </Nothing>
      }
    />
  </Panel>
);
