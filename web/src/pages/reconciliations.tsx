import * as column from "../parts/column-kinds.tsx";
import { Nothing } from "../parts/states.tsx";
import type { Column } from "../parts/table.tsx";
import { TablePanel } from "../parts/table-panel.tsx";
import type { Health } from "../state/rows.ts";

type Reconciliation = Health["reconciliations"][number];

const measures = { positions: "its positions, before fees", "user-pnl": "its series of whole accounts, after fees" };

const columns: readonly Column<Reconciliation>[] = [
  column.field("measure", "Compared with", (row) => measures[row.measure], { card: "title" }),
  column.time("reconciled_at", "Time"),
  column.count("wallets", "Wallets"),
  column.count("units", "Markets"),
  column.usd("median_error_usd", "Error, median"),
  column.usd("p99_error_usd", "99 %"),
  column.usd("max_error_usd", "Largest"),
  column.percentFine("share_within_1_pct", "Within 1 %"),
  column.count("unexplained", "Unexplained"),
];

/** What our ledger says wallets earned, against what the venue says. */
export const Reconciliations = ({ reconciliations }: { reconciliations: readonly Reconciliation[] }) => (
  <TablePanel
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
);
