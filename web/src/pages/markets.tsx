import { plain } from "../format/text.ts";
import * as column from "../parts/column-kinds.tsx";
import { Choice, Search } from "../parts/filters.tsx";
import { PageHead } from "../parts/panel.tsx";
import { Nothing } from "../parts/states.tsx";
import type { Column } from "../parts/table.tsx";
import { PagedPanel } from "../parts/table-panel.tsx";
import { Term } from "../parts/term.tsx";
import { Chip, MarketLink } from "../parts/values.tsx";
import { withQuery } from "../state/api.ts";
import { place } from "../state/router.ts";
import type { Market } from "../state/rows.ts";

const columns: readonly Column<Market>[] = [
  column.field("title", "Market", (row) => <MarketLink id={row.market_id} title={row.title} />, {
    ...{ card: "title", isText: true },
  }),
  column.text("category", "Category"),
  column.count("recent_fills", "Recent fills", { term: "fill" }),
  column.usd("recent_volume_usd", "Their volume"),
  column.ago("last_fill_at", "Last fill"),
  column.time("ends_at", "Ends"),
  {
    key: "winning_outcome",
    label: "State",
    term: "resolution",
    show: (row) => <MarketState row={row} />,
    value: (row) => row.winning_outcome ?? (row.resolved_at === null ? "open" : "split"),
  },
];

export const MarketState = ({ row }: { row: Market }) =>
  row.resolved_at === null ? (
    <span class="muted">open</span>
  ) : (
    <Chip shape="square">{row.winning_outcome === null ? "split" : `${plain(row.winning_outcome)} won`}</Chip>
  );

export function MarketsPage() {
  const { query } = place.value;
  const search = query.get("search");
  // The busiest are few; a search goes through all of them.
  const sort = query.get("by") ?? (search === null && query.get("resolved") === null ? "activity" : "ends_at");
  const path = withQuery("/markets", { search, resolved: query.get("resolved"), sort });
  return (
    <>
      <PageHead
        title="Markets"
        about={
          <>
            The busiest among the newest fills first. A <Term name="market">market</Term> shows its price, who of the
            scored wallets is in it, and what each tier bought and sold.
          </>
        }
      />
      <div class="filters">
        <Search label="Words of the title" name="search" placeholder="Words of the title" />
        <Choice
          label="Which markets"
          name="resolved"
          start=""
          options={[
            ["", "All"],
            ["false", "Open"],
            ["true", "Resolved"],
          ]}
        />
      </div>
      <PagedPanel
        name="Markets"
        path={path}
        limit={60}
        fresh={{ everyMs: 15_000 }}
        columns={columns}
        keyOf={({ market_id: id }) => id}
        sortAs="sort"
        empty={
          <Nothing title="No market fits">
            Try fewer words, or all markets. Titles come from the catalogue a few seconds after a market's first fill.
          </Nothing>
        }
      />
    </>
  );
}
