import { words } from "../format/text.ts";
import * as column from "../parts/column-kinds.tsx";
import { Search, Select, TierSelect } from "../parts/filters.tsx";
import { Shape } from "../parts/icons.tsx";
import { PageHead } from "../parts/panel.tsx";
import { Nothing } from "../parts/states.tsx";
import type { Column } from "../parts/table.tsx";
import { PagedPanel } from "../parts/table-panel.tsx";
import { Term } from "../parts/term.tsx";
import { Decimal } from "../parts/values.tsx";
import { withQuery } from "../state/api.ts";
import { place } from "../state/router.ts";
import type { Wallet } from "../state/rows.ts";

const columns: readonly Column<Wallet>[] = [
  column.wallet("wallet_address", "Wallet", { card: "title" }),
  column.tier("trader_tier", "Tier", { term: "traderTier" }),
  column.field(
    "reputation_score",
    "Score",
    (row) => (
      <b>
        <Decimal value={row.reputation_score} />
      </b>
    ),
    { term: "score", isRight: true },
  ),
  column.percent("confidence_score", "Confidence", { term: "confidenceScore" }),
  column.edge("edge_per_share", "Edge", { term: "edgePerShare" }),
  column.edge("edge_lower_bound", "At least"),
  column.gain("total_pnl_usd", "P&L", { term: "realizedPnlUsd" }),
  column.percent("win_rate", "Won"),
  column.count("closed_markets", "Units", { term: "unit" }),
  column.ago("last_trade_at", "Last fill"),
  {
    key: "follow_eligible",
    label: "Eligible",
    term: "followEligible",
    show: (row) => <Eligible row={row} />,
    value: (row) => row.ineligible_reason ?? "yes",
  },
];

const Eligible = ({ row }: { row: Wallet }) => (
  <span class={row.follow_eligible ? "up amount" : "muted"}>
    {row.follow_eligible ? <Shape name="circle" size={7} /> : null}
    {row.follow_eligible ? "yes" : words(row.ineligible_reason ?? "no")}
  </span>
);

const SORTS = [
  ["", "score"],
  ["edge", "edge, lower bound"],
  ["pnl", "P&L"],
  ["win_rate", "share won"],
  ["closed_markets", "units"],
  ["confidence", "confidence"],
  ["volume", "volume"],
  ["recent", "last fill"],
] as const;

export function WalletsPage() {
  const { query } = place.value;
  const of = (name: string): string | null => query.get(name);
  const path = withQuery("/wallets", {
    ...{ search: of("search"), tier: of("tier"), eligible: of("eligible"), sort: of("by"), order: of("order") },
  });
  return (
    <>
      <PageHead
        title="Wallets"
        about={
          <>
            Who has been right, by how much, and how sure that is. A <Term name="score">score</Term> of 5 is unknown;
            the <Term name="edgePerShare">edge</Term> with its lower bound decides what may be followed.
          </>
        }
      />
      <div class="filters">
        <Search
          label="First digits of an address"
          name="search"
          placeholder="Address 0x…"
          clean={(text) => (/^(0x)?[0-9a-f]{1,40}$/i.test(text.trim()) ? text.trim() : "")}
        />
        <TierSelect />
        <Select
          label="Eligible"
          name="eligible"
          options={[
            ["", "all"],
            ["true", "yes"],
            ["false", "no"],
          ]}
        />
        <Select label="Sort by" name="by" options={SORTS} />
        <Select
          label="Order"
          name="order"
          options={[
            ["", "highest first"],
            ["asc", "lowest first"],
          ]}
        />
      </div>
      <PagedPanel
        name="Wallets"
        title="Leaderboard"
        path={path}
        limit={50}
        fresh={{ everyMs: 20_000 }}
        columns={columns}
        keyOf={({ wallet_address: address }) => address}
        empty={
          <Nothing title="No wallet fits">
            Wallets get a score when a market they traded in is resolved. Without a filter this stays empty until the
            first one has been: about a minute in the demo.
          </Nothing>
        }
      />
    </>
  );
}
