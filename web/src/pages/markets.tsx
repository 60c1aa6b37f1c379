import { plain } from "../format/text.ts";
import * as column from "../parts/column-kinds.tsx";
import { Choice, CsvLink, List, Search } from "../parts/list.tsx";
import { PageHead, Panel } from "../parts/panel.tsx";
import { Nothing } from "../parts/states.tsx";
import type { Column } from "../parts/table.tsx";
import { Term } from "../parts/term.tsx";
import { Chip, MarketLink } from "../parts/values.tsx";
import { withQuery } from "../state/api.ts";
import { usePaged } from "../state/paged.ts";
import { place } from "../state/router.ts";
import type { Market } from "../state/rows.ts";

const columns: readonly Column<Market>[] = [
  {
    key: "title",
    label: "Market",
    card: "title",
    isText: true,
    show: (row) => <MarketLink id={row.market_id} title={row.title} />,
    value: (row) => row.title,
  },
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
  const path = withQuery("/markets", { search, resolved: query.get("resolved"), sort, limit: 60 });
  const paged = usePaged<Market>(path, { everyMs: 15_000 }, ({ market_id: id }) => id);
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
      <Panel flush title="Markets" tools={<CsvLink path={path} name="markets" />}>
        <List
          name="Markets"
          paged={paged}
          columns={columns}
          keyOf={({ market_id: id }) => id}
          sortAs="sort"
          empty={
            <Nothing title="No market fits">
              Try fewer words, or all markets. Titles come from the catalogue a few seconds after a market's first fill.
            </Nothing>
          }
        />
      </Panel>
    </>
  );
}
