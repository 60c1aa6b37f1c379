import { dollars, type PositionRow, type Priced } from "./data-api-rows.ts";

/** Ways in which a venue's accounts of one wallet are known to be off, or could be. */
export const DATA_FLAWS = [
  "fees_taken_off",
  "losers_not_realised",
  "winners_not_settled",
  "fees_in_shares_ignored",
  "positions_missing",
  "shares_missing",
  "shares_doubled",
  "pnl_wrong",
  "series_before_fees",
] as const;
export type DataFlaw = (typeof DATA_FLAWS)[number];

/** By address in lower case; may change at any time. */
export type DataFlaws = Map<string, DataFlaw>;

const STALE_PRICE = 0.9;
const WRONG_BY_USD = 7;

/** What the venue would show of the position with the flaw; null: nothing. */
export function withFlaw(
  row: PositionRow,
  { position, price, isResolved }: Priced,
  flaw: DataFlaw,
): PositionRow | null {
  const isHeld = isResolved && position.shares > 0;
  const plus = (usd: number): PositionRow => ({ ...row, total_pnl: row.total_pnl + usd });
  const scaled = (factor: number): PositionRow => ({
    ...row,
    ...{ total_size: row.total_size * factor, realized_pnl: row.realized_pnl * factor },
    total_pnl: row.total_pnl * factor,
  });
  switch (flaw) {
    case "fees_taken_off":
      return plus(-dollars(position.fees + position.exitFees));
    case "losers_not_realised":
      return isHeld && price === 0 ? { ...row, unrealized_pnl: 0, total_pnl: row.realized_pnl } : row;
    case "winners_not_settled":
      return isHeld && price === 1
        ? { ...plus(-row.current_size * (1 - STALE_PRICE)), status: "OPEN", current_price: STALE_PRICE }
        : row;
    case "fees_in_shares_ignored":
      return plus(isResolved ? dollars(position.feeShares) * price : 0);
    case "positions_missing":
      return null;
    case "shares_missing":
      return scaled(0.5);
    case "shares_doubled":
      return scaled(2);
    case "pnl_wrong":
      return plus(WRONG_BY_USD);
    case "series_before_fees":
      return row;
  }
}
