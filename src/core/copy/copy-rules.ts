import type { TimeInForce } from "../chain/exchange-order.ts";
import type { Address } from "../ids/ids.ts";
import type { PriceMicros, UsdMicros } from "../money/amounts.ts";
import type { Tier } from "../reputation/tiers.ts";
import type { RiskLimits } from "../risk/limits.ts";
import type { Signal } from "../signals/signal.ts";
import type { SignalRules } from "../signals/signal-rules.ts";
import type { SizingConfig, StakeRule } from "../sizing/kelly.ts";

/** How the trades of one wallet are copied. null: no such limit. */
export type CopyRule = {
  readonly stake: StakeRule;
  /** How an entry is placed at its limit: FAK and FOK at once, GTC and GTD rest until the signal expires. Exits are FAK. */
  readonly order: TimeInForce;
  /** An episode of buying below this gives no signal; it may still grow to it. */
  readonly minTradeUsd: UsdMicros;
  /** Stakes of the UTC day in trades of this wallet. */
  readonly walletDayUsd: UsdMicros | null;
  /** Cost of open positions that follow this wallet, orders in flight at their worst. */
  readonly walletOpenUsd: UsdMicros | null;
  /** The ask must lie in the band; the limit price is cut to its upper end. */
  readonly minPrice: PriceMicros | null;
  readonly maxPrice: PriceMicros | null;
  /** What the asks offer up to the limit price, in USD. */
  readonly minLiquidityUsd: UsdMicros | null;
  /** Before the market's end; a market whose end is not known does not meet it. */
  readonly minTimeLeftMs: number | null;
  /** Lower case. A market without a category is in none. */
  readonly onlyCategories: readonly string[] | null;
  readonly notCategories: readonly string[] | null;
  /** The stake in one market is cut to this. */
  readonly marketMaxUsd: UsdMicros | null;
  /** false: what the wallet sells we go on holding. */
  readonly mirrorExits: boolean;
  /** Rise of the bid's value over cost at which a position is sold. */
  readonly takeProfitBps: bigint | null;
  /** Fall of the bid's value under cost at which a position is sold. */
  readonly stopLossBps: bigint | null;
};

/** The strategy file's part about copying. A wallet's own rules go before its tier's, these before the base. */
export type CopyRules = {
  /** Empty: every wallet that may be followed at all. */
  readonly allow: readonly Address[];
  readonly block: readonly Address[];
  /** Stakes of all entries of the UTC day. */
  readonly dayUsd: UsdMicros | null;
  readonly base: Partial<CopyRule>;
  readonly tiers: Readonly<Partial<Record<Tier, Partial<CopyRule>>>>;
  readonly wallets: Readonly<Record<Address, Partial<CopyRule>>>;
};

export const NO_COPY_RULES: CopyRules = { allow: [], block: [], dayUsd: null, base: {}, tiers: {}, wallets: {} };

/** A wallet that is copied; null where a signal has no single one behind it: then the base alone holds. */
export type Leader = { readonly wallet: Address; readonly tier: string };

/** What a copy rule is resolved from: a part of the engine's configuration. */
export type CopyConfig = {
  readonly copy: CopyRules;
  readonly limits: RiskLimits;
  readonly sizing: SizingConfig;
  readonly signals: SignalRules;
};

/** What holds for a wallet, with what stands outside of the strategy file where that says nothing. */
export function resolveCopyRule({ copy, limits, sizing, signals }: CopyConfig, leader: Leader | null): CopyRule {
  return {
    stake: { kind: "kelly", fraction: sizing.kellyFraction },
    order: "FAK",
    minTradeUsd: signals.minWhaleTradeUsd,
    walletDayUsd: null,
    walletOpenUsd: null,
    minPrice: null,
    maxPrice: null,
    minLiquidityUsd: null,
    minTimeLeftMs: null,
    onlyCategories: null,
    notCategories: null,
    marketMaxUsd: null,
    mirrorExits: true,
    takeProfitBps: null,
    stopLossBps: limits.stopLossBps,
    ...copy.base,
    ...(leader === null ? null : copy.tiers[leader.tier as Tier]),
    ...(leader === null ? null : copy.wallets[leader.wallet]),
  };
}

/** Of that rule the least that an episode has to come to: asked with every buy of a wallet that may be followed. */
export const minTradeOf = ({ copy, signals }: CopyConfig, { wallet, tier }: Leader): UsdMicros =>
  copy.wallets[wallet]?.minTradeUsd ??
  copy.tiers[tier as Tier]?.minTradeUsd ??
  copy.base.minTradeUsd ??
  signals.minWhaleTradeUsd;

/** FADE_DEGEN buys against many wallets; its trigger is only the last of them. A model's reason is not the wallet alone. */
export const leaderOf = ({ type, trigger }: Pick<Signal, "type" | "trigger">): Leader | null =>
  type === "FOLLOW_WHALE" ? { wallet: trigger.wallet, tier: trigger.walletTier } : null;
