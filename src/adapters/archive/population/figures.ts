import type { Address, MarketId } from "../../../core/ids/ids.ts";
import type { PopulationComparison, PopulationDifference, PopulationTotals } from "../../../ports/population.ts";

type Row = Readonly<Record<string, unknown>>;
type Ask = (query: string) => Promise<readonly Row[]>;

export async function readTotals(rows: Ask): Promise<PopulationTotals> {
  const [row = {}] = await rows(`SELECT count(*)::VARCHAR AS wallets, coalesce(sum(units), 0)::VARCHAR AS units,
    coalesce(sum(entries), 0)::VARCHAR AS entries, coalesce(sum(settled_units), 0)::VARCHAR AS settled_units,
    coalesce(sum(pnl), 0)::VARCHAR AS pnl FROM wallet_total`);
  const number = (name: string): number => Number(row[name]);
  return {
    entries: number("entries"),
    wallets: number("wallets"),
    units: number("units"),
    settledUnits: number("settled_units"),
    pnl: BigInt(row.pnl as string),
  };
}

export async function readComparison(rows: Ask, limit: number): Promise<PopulationComparison> {
  const manners = await rows("SELECT manner, count(*)::VARCHAR AS units FROM compared GROUP BY manner");
  const count = (manner: string): number => Number(manners.find((row) => row.manner === manner)?.units ?? 0);
  const [total] = await rows("SELECT count(*)::VARCHAR AS differing FROM difference");
  const found = await rows(`SELECT w.address, m.condition_id, d.figure, d.ledger::VARCHAR AS ledger,
      d.recomputed::VARCHAR AS recomputed
    FROM difference AS d JOIN wallet AS w USING (wallet_key) LEFT JOIN market AS m USING (market_key)
    ORDER BY abs(coalesce(d.ledger, 0) - coalesce(d.recomputed, 0)) DESC, w.address, m.condition_id, d.figure
    LIMIT ${Math.trunc(limit)}`);
  return {
    compared: count("alone"),
    comparedTogether: count("together"),
    incomplete: count("incomplete"),
    leftAtCost: count("shares"),
    waiting: count("waiting"),
    differing: Number(total?.differing),
    differences: found.map(toDifference),
  };
}

/** The database wrote these names itself: brands are applied and nothing is parsed again. */
const toDifference = (row: Row): PopulationDifference => ({
  wallet: `0x${row.address as string}` as Address,
  market: row.condition_id === null ? null : (`0x${row.condition_id as string}` as MarketId),
  figure: row.figure as PopulationDifference["figure"],
  ledger: row.ledger === null ? null : BigInt(row.ledger as string),
  recomputed: row.recomputed === null ? null : BigInt(row.recomputed as string),
});
