import { assert } from "../assert.ts";
import type { TimeInForce } from "../chain/exchange-order.ts";
import { computeFeeBound } from "../execution/fee.ts";
import type { MarketTerms, MarketView } from "../execution/market-view.ts";
import type { OrderRequest } from "../execution/order.ts";
import { goodUntil, orderSize } from "../execution/simulate-fill.ts";
import type { OrderBook } from "../market/market.ts";
import {
  addUsd,
  floorToCent,
  minUsd,
  type PriceMicros,
  portionBps,
  type UsdMicros,
  ZERO_USD,
} from "../money/amounts.ts";
import { computeEntryCap, computeExitFloor } from "../signals/price-cap.ts";
import { computeStakeBy, type Stake } from "../sizing/kelly.ts";
import type { EpochMs } from "../time/time.ts";
import { entryChecks } from "./entry-checks.ts";
import { exitChecks } from "./exit-checks.ts";
import type { Refusal, RiskCheck, RiskCode, RiskLimits } from "./limits.ts";
import type { AccountView, EntryIntent, ExitIntent, OrderDraft, OrderIntent, RiskRules } from "./order-intent.ts";

declare const approved: unique symbol;

/** An order that passed every check. Only `checkOrder` makes one, and a venue takes nothing else. */
export type ApprovedOrder = OrderRequest & { readonly [approved]: true };

export type Decision =
  | (DecisionGrounds & {
      readonly approved: true;
      readonly order: ApprovedOrder;
      /** Stake and the highest fee on it: what has to be set aside until the answer is known. 0 for an exit. */
      readonly worstCostUsd: UsdMicros;
    })
  | (DecisionGrounds & { readonly approved: false; readonly refusal: Refusal<RiskCode> });

type DecisionGrounds = { readonly checks: readonly RiskCheck[]; readonly stake: Stake | null };

/** The one check before every order. Stops at the first limit that is passed; keeps the figures of all it looked at. */
export function checkOrder(
  rules: RiskRules,
  intent: OrderIntent,
  account: AccountView,
  view: MarketView,
  at: EpochMs,
): Decision {
  const draft =
    intent.kind === "entry" ? draftEntry(rules, intent, account, view, at) : draftExit(rules, intent, view, at);
  const stake = draft?.stake ?? null;
  const checks: RiskCheck[] = [];
  const planned =
    intent.kind === "entry"
      ? entryChecks({ limits: rules.limits, intent, account, view, at, draft })
      : exitChecks({ limits: rules.limits, account, view, at, draft });
  for (const check of planned) {
    checks.push(check);
    if (!check.passed) {
      return { approved: false, refusal: { code: check.code, limit: check.limit, value: check.value }, checks, stake };
    }
  }
  assert(draft !== null, "a book without a price is refused by a check");
  return { approved: true, order: draft.order as ApprovedOrder, worstCostUsd: draft.worstCostUsd, checks, stake };
}

type Priced = { readonly book: OrderBook; readonly terms: MarketTerms };

function draftEntry(
  rules: RiskRules,
  intent: EntryIntent,
  account: AccountView,
  view: MarketView,
  at: EpochMs,
): OrderDraft | null {
  const ask = view.book?.asks[0]?.price;
  if (view.book === null || view.terms === null || ask === undefined) return null;
  const { rule } = intent.copy;
  const capPrice = rule.maxPrice !== null && rule.maxPrice < intent.capPrice ? rule.maxPrice : intent.capPrice;
  const limitPrice = computeEntryCap(capPrice, 0n, view.book.tickSize);
  if (limitPrice === 0n || ask > limitPrice) return null;
  const stake = computeStakeBy(rule.stake, rules.sizing, intent.evidence, ask);
  const signalMaxUsd = portionBps(account.capitalUsd, rules.limits.maxSignalBps, "floor");
  const positionMaxUsd = minUsd(rules.limits.maxPositionUsd, rule.marketMaxUsd ?? signalMaxUsd);
  const stakeUsd = floorToCent(minUsd(stake.stakeUsd, minUsd(positionMaxUsd, signalMaxUsd)));
  const order: OrderRequest = {
    ...commonTerms(intent, { book: view.book, terms: view.terms }, limitPrice, rules.limits, at),
    ...entryTerms(rule.order, intent.expiresAt),
    side: "BUY",
    stakeUsd,
  };
  const feeBoundUsd = computeFeeBound(view.terms.fee, view.book.tickSize, limitPrice, stakeUsd);
  return { order, stake: { ...stake, stakeUsd }, size: orderSize(order), worstCostUsd: addUsd(stakeUsd, feeBoundUsd) };
}

function draftExit(rules: RiskRules, intent: ExitIntent, view: MarketView, at: EpochMs): OrderDraft | null {
  const bid = view.book?.bids[0]?.price;
  if (view.book === null || view.terms === null || bid === undefined) return null;
  const order: OrderRequest = {
    ...commonTerms(
      intent,
      { book: view.book, terms: view.terms },
      computeExitFloor(bid, intent.slippageBps, view.book.tickSize),
      rules.limits,
      at,
    ),
    side: "SELL",
    size: intent.size,
  };
  return { order, stake: null, size: orderSize(order), worstCostUsd: ZERO_USD };
}

/** FAK is what an order is where nothing is said. */
function entryTerms(timeInForce: TimeInForce, restUntil: EpochMs): Pick<OrderRequest, "timeInForce" | "restUntil"> {
  if (timeInForce === "FAK") return {};
  return timeInForce === "FOK" ? { timeInForce } : { timeInForce, restUntil };
}

const commonTerms = (
  intent: OrderIntent,
  { book, terms }: Priced,
  limitPrice: PriceMicros,
  limits: RiskLimits,
  at: EpochMs,
) => ({
  clientOrderId: intent.clientOrderId,
  positionId: intent.positionId,
  signalId: intent.signalId,
  marketId: intent.marketId,
  tokenId: intent.tokenId,
  outcomeIndex: intent.outcomeIndex,
  limitPrice,
  tickSize: book.tickSize,
  minOrderSize: book.minOrderSize,
  fee: terms.fee,
  approvedAt: at,
  goodUntil: goodUntil(at, limits.dataAgeMsMax),
});
