import { useMemo } from "preact/hooks";
import { plain, shortHex, words } from "../format/text.ts";
import * as column from "../parts/column-kinds.tsx";
import { Choice } from "../parts/filters.tsx";
import { Nothing } from "../parts/states.tsx";
import type { Column } from "../parts/table.tsx";
import { TablePanel } from "../parts/table-panel.tsx";
import { TIERS, Tier, WalletLink } from "../parts/values.tsx";
import { useAsked } from "../state/asked.ts";
import { place } from "../state/router.ts";
import type { Breakdown } from "../state/rows.ts";

function Name({ row, by }: { row: Breakdown; by: string }) {
  if (by === "wallet") return row.name.startsWith("0x") ? <WalletLink address={row.name} /> : <span>{row.name}</span>;
  return TIERS.includes(row.name) ? (
    <Tier of={row.name} />
  ) : (
    <span>{by === "category" ? plain(row.name) : words(row.name)}</span>
  );
}

/** Why a verdict is what it is, and what another one would need. */
function because({ verdict, lower_bound: lower, clusters }: Breakdown): string {
  if (verdict === "proven") return "even the lower bound is above zero";
  if (verdict === "negative") return "even the upper bound is below zero";
  if (lower === null) return clusters === 0 ? "nothing has closed" : "too few events for bounds";
  return "zero lies between the bounds: more events would narrow them";
}

export function VerdictsPanel() {
  const by = place.value.query.get("by") ?? "signal_type";
  const asked = useAsked<Breakdown[]>(`/performance/breakdown?by=${encodeURIComponent(by)}`, { topics: ["positions"] });
  const columns = useMemo<readonly Column<Breakdown>[]>(
    () => [
      {
        key: "name",
        label: words(by),
        card: "title",
        show: (row) => <Name row={row} by={by} />,
        value: (row) => (by === "wallet" ? shortHex(row.name) : row.name),
      },
      column.verdict("verdict", "Verdict", { term: "verdict" }),
      column.count("closed", "Closed", { term: "position" }),
      column.count("clusters", "Events", { term: "event" }),
      column.percent("win_rate", "Won", { term: "winRate" }),
      column.gain("net_pnl_usd", "Net P&L", { term: "realizedPnlUsd" }),
      column.usd("fees_usd", "Fees"),
      column.edge("edge_per_share", "Edge a share", { term: "edgePerShare" }),
      column.edge("lower_bound", "At least"),
      column.edge("upper_bound", "At most"),
      { key: "because", label: "Because", card: "full", isProse: true, show: because, value: because },
    ],
    [by],
  );
  return (
    <TablePanel
      name={`Verdicts by ${words(by).toLowerCase()}`}
      title="Verdicts"
      note="of closed positions, after fees; bounds one-sided 95 %"
      tools={
        <Choice
          label="Grouped by"
          name="by"
          start="signal_type"
          options={[
            ["signal_type", "Type"],
            ["tier", "Tier"],
            ["category", "Category"],
            ["wallet", "Wallet"],
          ]}
        />
      }
      asked={asked}
      columns={columns}
      rows={asked.value ?? []}
      keyOf={(row) => row.mode + row.name}
      sortAs="sort"
      empty={
        <Nothing title="Nothing to judge yet">
          A verdict needs closed positions, and “proven” needs many, of different events. Until then it cannot tell.
        </Nothing>
      }
    />
  );
}
