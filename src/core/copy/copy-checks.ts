import type { MarketView } from "../execution/market-view.ts";
import type { Address } from "../ids/ids.ts";
import {
  addUsd,
  formatPrice,
  formatUsd,
  notional,
  type PriceMicros,
  sumUsd,
  type UsdMicros,
} from "../money/amounts.ts";
import type { Refusal, RiskCheck, RiskCode } from "../risk/limits.ts";
import type { Signal } from "../signals/signal.ts";
import type { EpochMs } from "../time/time.ts";
import {
  type CopyConfig,
  type CopyRule,
  type CopyRules,
  type Leader,
  leaderOf,
  resolveCopyRule,
} from "./copy-rules.ts";

/** An entry as the strategy file sees it. */
export type CopyTerms = {
  readonly rules: CopyRules;
  readonly rule: CopyRule;
  readonly leader: Leader | null;
  /** Whose trade it comes from, copied or not; null where there were many. */
  readonly wallet: Address | null;
  readonly category: string | null;
};

export const copyTermsOf = (config: CopyConfig, signal: Pick<Signal, "type" | "trigger" | "category">): CopyTerms => {
  const leader = leaderOf(signal);
  const wallet = signal.type === "FADE_DEGEN" ? null : signal.trigger.wallet;
  return { rules: config.copy, rule: resolveCopyRule(config, leader), leader, wallet, category: signal.category };
};

/** What has been staked before, orders in flight at their worst. */
export type CopyAccount = {
  readonly dayUsd: UsdMicros;
  readonly walletDayUsd: UsdMicros;
  readonly walletOpenUsd: UsdMicros;
};

const check = (code: RiskCode, passed: boolean, limit: string, value: string): RiskCheck => ({
  code,
  limit,
  value,
  passed,
});

/** Whom and where we copy at all: known before there is a book. Checks that nothing was set for are left out. */
export function* copySourceChecks(terms: CopyTerms): Generator<RiskCheck> {
  yield* walletChecks(terms);
  const { rule, category } = terms;
  const name = category?.toLowerCase() ?? null;
  const { onlyCategories, notCategories } = rule;
  if (onlyCategories !== null) {
    const allowed = name !== null && onlyCategories.includes(name);
    yield check("CATEGORY_NOT_ALLOWED", allowed, onlyCategories.join(", "), name ?? "not known");
  }
  if (notCategories !== null) {
    const denied = name !== null && notCategories.includes(name);
    yield check("CATEGORY_NOT_ALLOWED", !denied, `not ${notCategories.join(", ")}`, name ?? "not known");
  }
}

/** Whether a trade is copied at all. @returns null: it is */
export function findCopyRefusal(terms: CopyTerms): Refusal | null {
  for (const { passed, ...refusal } of copySourceChecks(terms)) if (!passed) return refusal;
  return null;
}

/** Whom we allow is for copying; what a blocked wallet does leads to nothing of any kind. */
function* walletChecks({ rules: { allow, block }, leader, wallet }: CopyTerms): Generator<RiskCheck> {
  if (allow.length > 0 && leader !== null) {
    const isAllowed = allow.includes(leader.wallet);
    yield check("WALLET_NOT_ALLOWED", isAllowed, `${allow.length} on the allow list`, leader.wallet);
  }
  if (block.length > 0 && wallet !== null)
    yield check("WALLET_BLOCKED", !block.includes(wallet), "not on the block list", wallet);
}

export function* copyTimeChecks({ rule }: CopyTerms, endsAt: EpochMs | null, at: EpochMs): Generator<RiskCheck> {
  const { minTimeLeftMs } = rule;
  if (minTimeLeftMs === null) return;
  const leftMs = endsAt === null ? null : endsAt - at;
  const enough = leftMs !== null && leftMs >= minTimeLeftMs;
  yield check("TIME_LEFT_BELOW_MIN", enough, `${minTimeLeftMs} ms`, leftMs === null ? "end not known" : `${leftMs} ms`);
}

export function* copyPriceChecks({ rule }: CopyTerms, ask: PriceMicros): Generator<RiskCheck> {
  const { minPrice, maxPrice } = rule;
  if (minPrice === null && maxPrice === null) return;
  const inside = (minPrice === null || ask >= minPrice) && (maxPrice === null || ask <= maxPrice);
  const band = `${minPrice === null ? "0" : formatPrice(minPrice)} to ${maxPrice === null ? "1" : formatPrice(maxPrice)}`;
  yield check("PRICE_OUT_OF_BAND", inside, band, formatPrice(ask));
}

export function* copyLiquidityChecks(
  { rule }: CopyTerms,
  { book }: MarketView,
  limitPrice: PriceMicros,
): Generator<RiskCheck> {
  const { minLiquidityUsd } = rule;
  if (minLiquidityUsd === null) return;
  const levels = (book?.asks ?? []).filter((level) => level.price <= limitPrice);
  const depthUsd = sumUsd(levels.map((level) => notional(level.price, level.size, "floor")));
  yield check("LIQUIDITY_BELOW_MIN", depthUsd >= minLiquidityUsd, formatUsd(minLiquidityUsd), formatUsd(depthUsd));
}

/** @param worstCostUsd the stake with the highest fee on it; budgets of the day count stakes alone */
export function* copyBudgetChecks(
  { rules, rule, leader }: CopyTerms,
  account: CopyAccount,
  stakeUsd: UsdMicros,
  worstCostUsd: UsdMicros,
): Generator<RiskCheck> {
  yield* budgetCheck("DAY_BUDGET_SPENT", rules.dayUsd, addUsd(account.dayUsd, stakeUsd));
  if (leader === null) return;
  yield* budgetCheck("WALLET_BUDGET_SPENT", rule.walletDayUsd, addUsd(account.walletDayUsd, stakeUsd));
  yield* budgetCheck("WALLET_EXPOSURE_AT_MAX", rule.walletOpenUsd, addUsd(account.walletOpenUsd, worstCostUsd));
}

function* budgetCheck(code: RiskCode, limit: UsdMicros | null, value: UsdMicros): Generator<RiskCheck> {
  if (limit !== null) yield check(code, value <= limit, formatUsd(limit), formatUsd(value));
}
