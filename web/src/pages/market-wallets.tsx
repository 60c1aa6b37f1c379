import { useMemo } from "preact/hooks";
import { plain } from "../format/text.ts";
import * as column from "../parts/column-kinds.tsx";
import { CsvLink, List } from "../parts/list.tsx";
import { Panel } from "../parts/panel.tsx";
import { Nothing } from "../parts/states.tsx";
import type { Column } from "../parts/table.tsx";
import { usePaged } from "../state/paged.ts";
import type { MarketPage, MarketWallet } from "../state/rows.ts";

export function ScoredPanel({ market }: { market: MarketPage }) {
  const path = `/markets/${market.market_id}/wallets`;
  const paged = usePaged<MarketWallet>(`${path}?limit=12`, {}, ({ wallet_address: address }) => address);
  const [first, second] = [plain(market.outcome_0 ?? "Yes"), plain(market.outcome_1 ?? "No")];
  const columns = useMemo<readonly Column<MarketWallet>[]>(
    () => [
      column.wallet("wallet_address", "Wallet", { card: "title" }),
      column.tier("trader_tier", "Tier", { term: "traderTier" }),
      column.shares("reputation_score", "Score", { term: "score" }),
      column.wholeShares("shares_0", first),
      column.wholeShares("shares_1", second),
      column.gain("realized_pnl_usd", "P&L", { term: "realizedPnlUsd" }),
      {
        key: "follow_eligible",
        label: "Followed",
        show: (row) => <span class={row.follow_eligible ? "up" : "faint"}>{row.follow_eligible ? "✓ yes" : "no"}</span>,
        value: (row) => row.follow_eligible,
      },
    ],
    [first, second],
  );
  return (
    <Panel
      width={6}
      flush
      title="Scored wallets in it"
      note="shares held of each outcome"
      tools={<CsvLink path={path} name="scored wallets" />}
    >
      <List
        name="Scored wallets"
        paged={paged}
        columns={columns}
        keyOf={({ wallet_address: address }) => address}
        empty={<Nothing title="None yet">Nobody with a score has a finalized fill here.</Nothing>}
      />
    </Panel>
  );
}
