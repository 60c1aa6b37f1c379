import type { MarketView } from "../execution/market-view.ts";
import { formatPrice, formatShares } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";
import { check, openAndFresh } from "./entry-checks.ts";
import type { RiskCheck, RiskLimits } from "./limits.ts";
import type { AccountView, OrderDraft } from "./order-intent.ts";

export type ExitCheckInput = {
  readonly limits: RiskLimits;
  readonly account: AccountView;
  readonly view: MarketView;
  readonly at: EpochMs;
  readonly draft: OrderDraft | null;
};

/** An exit lowers risk: it goes on while entries are paused or the day's loss is reached, and stops only when halted. */
export function* exitChecks({ limits, account, view, at, draft }: ExitCheckInput): Generator<RiskCheck> {
  yield check("TRADING_PAUSED", account.tradingState !== "HALTED", "ACTIVE or REDUCING", account.tradingState);
  yield* openAndFresh(limits, view, at);
  const bid = view.book?.bids[0]?.price;
  yield check("BOOK_EMPTY", bid !== undefined, "a bid", bid === undefined ? "none" : formatPrice(bid));
  if (draft === null) return;
  const { order, size } = draft;
  yield check("BELOW_MIN_SIZE", size >= order.minOrderSize, formatShares(order.minOrderSize), formatShares(size));
}
