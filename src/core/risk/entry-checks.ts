import {
  copyBudgetChecks,
  copyLiquidityChecks,
  copyPriceChecks,
  copySourceChecks,
  copyTimeChecks,
} from "../copy/copy-checks.ts";
import type { MarketView } from "../execution/market-view.ts";
import { addUsd, formatPrice, formatShares, formatUsd, portionBps } from "../money/amounts.ts";
import { addMs, type EpochMs, isoSecond } from "../time/time.ts";
import { eventWorstCase } from "./event-exposure.ts";
import { dailyLossLimit, type RiskCheck, type RiskCode, type RiskLimits } from "./limits.ts";
import type { AccountView, EntryIntent, OrderDraft } from "./order-intent.ts";

export type EntryCheckInput = {
  readonly limits: RiskLimits;
  readonly intent: EntryIntent;
  readonly account: AccountView;
  readonly view: MarketView;
  readonly at: EpochMs;
  /** null where the book has no price at or under the cap. */
  readonly draft: OrderDraft | null;
};

/**
 * Strategy section 6 in the order in which it is checked: what we may do at all, the market, the price, the size; the
 * strategy file's own limits among them.
 */
export function* entryChecks(input: EntryCheckInput): Generator<RiskCheck> {
  yield* permissionChecks(input);
  yield* marketChecks(input);
  yield* exposureChecks(input);
}

function* permissionChecks({ limits, intent, account, at }: EntryCheckInput): Generator<RiskCheck> {
  yield check("TRADING_PAUSED", account.tradingState === "ACTIVE", "ACTIVE", account.tradingState);
  const stoppedMs = Math.max(0, (account.entriesStoppedUntil ?? at) - at);
  const lossMax = dailyLossLimit(limits, account.capitalUsd);
  const lossIsFine = stoppedMs === 0 && account.dayLossUsd < lossMax;
  const until = stoppedMs === 0 ? "" : `, until ${isoSecond(addMs(at, stoppedMs))}`;
  yield check("DAILY_LOSS_LIMIT", lossIsFine, formatUsd(lossMax), `${formatUsd(account.dayLossUsd)}${until}`);
  yield* protectionChecks(account, at);
  yield* copySourceChecks(intent.copy);
  yield check(
    "CONFIDENCE_BELOW_MIN",
    intent.confidence >= limits.minConfidence,
    String(limits.minConfidence),
    String(Number(intent.confidence.toFixed(6))),
  );
  yield check(
    "MARKET_ALREADY_HELD",
    !account.marketHeld,
    "1 position per market",
    account.marketHeld ? "held" : "free",
  );
  const { openPositions } = account;
  yield check(
    "POSITIONS_AT_MAX",
    openPositions < limits.maxOpenPositions,
    String(limits.maxOpenPositions),
    String(openPositions),
  );
}

function* protectionChecks({ entryPause, cooldownUntil }: AccountView, at: EpochMs): Generator<RiskCheck> {
  if (entryPause !== null && at < entryPause.until) {
    yield check(entryPause.code, false, entryPause.limit, `${entryPause.value}, until ${isoSecond(entryPause.until)}`);
  }
  const isCooling = cooldownUntil !== null && at < cooldownUntil;
  yield check(
    "MARKET_COOLDOWN",
    !isCooling,
    "no stop loss just before",
    isCooling ? `until ${isoSecond(cooldownUntil)}` : "none",
  );
}

function* marketChecks({ limits, intent, view, at }: EntryCheckInput): Generator<RiskCheck> {
  yield* openAndFresh(limits, view, at);
  const ended = intent.endsAt !== null && at >= intent.endsAt;
  yield check(
    "MARKET_CLOSED",
    !ended,
    "before the end",
    ended ? `${at - (intent.endsAt ?? at)} ms past the end` : "before the end",
  );
  yield* copyTimeChecks(intent.copy, intent.endsAt, at);
  const ask = view.book?.asks[0]?.price;
  yield check("BOOK_EMPTY", ask !== undefined, "an ask", ask === undefined ? "none" : formatPrice(ask));
  if (ask === undefined) return;
  yield check("SLIPPAGE_ABOVE_MAX", ask <= intent.capPrice, formatPrice(intent.capPrice), formatPrice(ask));
  yield* copyPriceChecks(intent.copy, ask);
}

/** Shared with exits: nothing is sold on an old book or into a closed market either. */
export function* openAndFresh(limits: RiskLimits, view: MarketView, at: EpochMs): Generator<RiskCheck> {
  const accepting = view.terms?.acceptingOrders === true && view.book !== null;
  const standing =
    view.terms === null ? "unknown to the venue" : view.book === null ? "no book" : "not accepting orders";
  yield check("MARKET_CLOSED", accepting, "accepting orders", accepting ? "accepting orders" : standing);
  const bookAgeMs = at - view.observedAt;
  yield check("DATA_STALE", bookAgeMs <= limits.dataAgeMsMax, `${limits.dataAgeMsMax} ms`, `book ${bookAgeMs} ms`);
}

function* exposureChecks({ limits, intent, account, view, at, draft }: EntryCheckInput): Generator<RiskCheck> {
  const chainAgeMs = view.chainAsOf === null ? null : at - view.chainAsOf;
  const chainIsFresh = chainAgeMs !== null && chainAgeMs <= limits.dataAgeMsMax;
  yield check(
    "DATA_STALE",
    chainIsFresh,
    `${limits.dataAgeMsMax} ms`,
    chainAgeMs === null ? "no block" : `chain ${chainAgeMs} ms`,
  );
  if (draft === null) {
    // The cap lies above the ask but, cut to the book's own tick, below it.
    yield check("SLIPPAGE_ABOVE_MAX", false, formatPrice(intent.capPrice), "no tick between the ask and the cap");
    return;
  }
  const { stake, order, size, worstCostUsd } = draft;
  yield* copyLiquidityChecks(intent.copy, view, order.limitPrice);
  const kelly = stake?.kelly ?? 0;
  // A fixed stake is what the person wants, whatever Kelly says.
  if (intent.copy.rule.stake.kind === "kelly") yield check("KELLY_NOT_POSITIVE", kelly > 0, "0", kelly.toFixed(6));
  const stakeUsd = order.side === "BUY" ? order.stakeUsd : worstCostUsd;
  const bigEnough = size >= order.minOrderSize && stakeUsd >= limits.minOrderUsd;
  yield check(
    "BELOW_MIN_SIZE",
    bigEnough,
    `${formatShares(order.minOrderSize)} shares, ${formatUsd(limits.minOrderUsd)} USD`,
    `${formatShares(size)} shares, ${formatUsd(stakeUsd)} USD`,
  );
  yield* copyBudgetChecks(intent.copy, account.copied, stakeUsd, worstCostUsd);
  const deployedMax = portionBps(account.capitalUsd, limits.maxDeployedBps, "floor");
  const deployed = addUsd(account.deployedUsd, worstCostUsd);
  yield check("DEPLOYED_AT_MAX", deployed <= deployedMax, formatUsd(deployedMax), formatUsd(deployed));
  const eventMax = portionBps(account.capitalUsd, limits.maxEventBps, "floor");
  const { marketId, outcomeIndex, negRisk } = intent;
  const stakeOfOrder = { marketId, outcomeIndex, negRisk, costUsd: worstCostUsd, size, isOrder: true };
  const exposure = eventWorstCase([...account.eventStakes, stakeOfOrder]);
  yield check("EVENT_EXPOSURE_AT_MAX", exposure <= eventMax, formatUsd(eventMax), formatUsd(exposure));
  const enough = worstCostUsd <= account.freeCashUsd;
  yield check("CASH_EXHAUSTED", enough, formatUsd(account.freeCashUsd), formatUsd(worstCostUsd));
}

export const check = (code: RiskCode, passed: boolean, limit: string, value: string): RiskCheck => ({
  code,
  limit,
  value,
  passed,
});
