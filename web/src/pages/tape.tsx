import { useEffect, useState } from "preact/hooks";
import { NumberField, Select, TierSelect, WalletSearch } from "../parts/filters.tsx";
import { PageHead } from "../parts/panel.tsx";
import { Nothing } from "../parts/states.tsx";
import { TablePanel } from "../parts/table-panel.tsx";
import { Term } from "../parts/term.tsx";
import { Chip, Count } from "../parts/values.tsx";
import { type Rows, withQuery } from "../state/api.ts";
import { useAsked } from "../state/asked.ts";
import { place } from "../state/router.ts";
import type { LiveTrades, Trade } from "../state/rows.ts";
import { liveHealth, onTrades } from "../state/stream.ts";
import { tradeColumns } from "./columns.tsx";
import { MarketFilter } from "./market-filter.tsx";

const SHOWN = 60;

type Filter = { tier: string; side: string; wallet: string; market: string; minUsd: number };

const fits = (row: Trade, { tier, side, wallet, market, minUsd }: Filter): boolean =>
  (tier === "" || row.trader_tier === tier) &&
  (side === "" || row.side === side) &&
  (wallet === "" || row.wallet_address === wallet) &&
  (market === "" || row.market_id === market) &&
  Number(row.usd_amount) >= minUsd;

/** So many at a time are seen one by one, and light up; where more come, the whole page would flicker. */
const LIT_AT_MOST = 4;

/** What came is put on top; what a reorg took back goes. */
function merge(rows: readonly Trade[], news: LiveTrades, filter: Filter): readonly Trade[] {
  const { retracted_from: from } = news;
  const kept = from === null ? rows : rows.filter(({ block_number: block }) => block < from);
  const known = new Set(kept.map(({ id }) => id));
  const fresh = news.rows.filter((row) => !known.has(row.id) && fits(row, filter));
  return fresh.length === 0 && kept === rows ? rows : [...fresh, ...kept].slice(0, SHOWN);
}

export function TapePage() {
  const { query } = place.value;
  const filter: Filter = {
    tier: query.get("tier") ?? "",
    side: query.get("side") ?? "",
    wallet: query.get("wallet") ?? "",
    market: query.get("market") ?? "",
    minUsd: Number(query.get("min_usd") ?? 0),
  };
  const path = withQuery("/trades", {
    ...{ tier: filter.tier, side: filter.side, wallet: filter.wallet, market: filter.market },
    min_usd: filter.minUsd === 0 ? null : filter.minUsd,
  });
  const asked = useAsked<Rows<Trade>>(`${path}${path.includes("?") ? "&" : "?"}limit=${SHOWN}`);
  const [isHeld, setHeld] = useState(false);
  const [rows, setRows] = useState<readonly Trade[]>([]);
  const [lit, setLit] = useState<ReadonlySet<string>>(new Set());
  const [leftOut, setLeftOut] = useState(0);
  useEffect(() => {
    if (asked.value !== undefined) setRows(asked.value.rows);
  }, [asked.value]);
  useEffect(() => {
    if (isHeld) return;
    return onTrades((news) => {
      setRows((old) => merge(old, news, filter));
      const fitting = news.rows.filter((row) => fits(row, filter));
      if (fitting.length > 0 && fitting.length <= LIT_AT_MOST) setLit(new Set(fitting.map(({ id }) => id)));
      setLeftOut(news.left_out);
    });
  }, [path, isHeld]);
  return (
    <>
      <PageHead
        title="Tape"
        about={
          <>
            Every <Term name="fill">fill</Term> as it is read from the chain, newest first. A match of two orders is two
            rows, one for each side.
          </>
        }
      />
      <TapeFilters />
      <TablePanel
        name="Fills"
        note={
          <>
            <Count value={liveHealth.value?.fills_per_second} /> a second
            {leftOut > 0 ? `, ${leftOut} of the last batch not shown` : ""}
          </>
        }
        tools={
          <>
            {isHeld ? <Chip tone="warn">held</Chip> : null}
            <button type="button" class="button" aria-pressed={isHeld} onClick={() => setHeld(!isHeld)}>
              {isHeld ? "Let it run" : "Hold"}
            </button>
          </>
        }
        csv={path}
        asked={asked}
        columns={tradeColumns}
        rows={rows}
        keyOf={({ id }) => id}
        isFresh={({ id }) => lit.has(id)}
        empty={
          <Nothing title="No fill fits">
            New ones appear by themselves. With a filter set, widen it; without one, the listener has not read any yet.
          </Nothing>
        }
      />
    </>
  );
}

function TapeFilters() {
  return (
    <div class="filters">
      <TierSelect />
      <Select
        label="Side"
        name="side"
        options={[
          ["", "both"],
          ["BUY", "BUY"],
          ["SELL", "SELL"],
        ]}
      />
      <NumberField label="From" name="min_usd" unit="$" />
      <WalletSearch />
      <MarketFilter />
    </div>
  );
}
