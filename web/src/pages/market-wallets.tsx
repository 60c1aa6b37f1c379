import { useMemo } from "preact/hooks";
import { plain } from "../format/text.ts";
import * as column from "../parts/column-kinds.tsx";
import { Nothing } from "../parts/states.tsx";
import type { Column } from "../parts/table.tsx";
import { PagedPanel } from "../parts/table-panel.tsx";
import type { MarketPage, MarketWallet } from "../state/rows.ts";

export function ScoredPanel({ market }: { market: MarketPage }) {
  const [first, second] = [plain(market.outcome_0 ?? "Yes"), plain(market.outcome_1 ?? "No")];
  const columns = useMemo<readonly Column<MarketWallet>[]>(
    () => [
      column.wallet("wallet_address", "Wallet", { card: "title" }),
      column.tier("trader_tier", "Tier", { term: "traderTier" }),
      column.shares("reputation_score", "Score", { term: "score" }),
      column.wholeShares("shares_0", first),
      column.wholeShares("shares_1", second),
      column.gain("realized_pnl_usd", "P&L", { term: "realizedPnlUsd" }),
      column.field(
        "follow_eligible",
        "Eligible",
        (row) => <span class={row.follow_eligible ? "up" : "faint"}>{row.follow_eligible ? "✓ yes" : "no"}</span>,
        { term: "followEligible" },
      ),
    ],
    [first, second],
  );
  return (
    <PagedPanel
      name="Scored wallets"
      title="Scored wallets in it"
      width={6}
      note="shares held of each outcome"
      path={`/markets/${market.market_id}/wallets`}
      limit={12}
      columns={columns}
      keyOf={({ wallet_address: address }) => address}
      empty={<Nothing title="None yet">Nobody with a score has a finalized fill here.</Nothing>}
    />
  );
}
