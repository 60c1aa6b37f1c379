import { z } from "zod";
import type { CopyRule, CopyRules } from "../../core/copy/copy-rules.ts";
import type { ProtectionLimits, Strategy } from "../../core/copy/strategy.ts";
import type { Address } from "../../core/ids/ids.ts";
import { parsePrice, parseUsd, type UsdMicros } from "../../core/money/amounts.ts";
import { TIER_FLOORS } from "../../core/reputation/tiers.ts";
import { MINUTE_MS } from "../../core/time/time.ts";

/** What is accepted under each name of a strategy file; docs/strategy-file.md says it in words. */

const DOLLARS = "must be an amount in dollars above 0 with at most 6 decimals, e.g. 250";
const PRICE = "must be a price from 0 to 1 with at most 6 decimals, e.g. 0.15";
const ADDRESS = "must be a wallet address (0x and 40 hex digits)";

const numberIn = (min: number, max: number, what: string) =>
  z.number({ error: `must be ${what} from ${min} to ${max}` }).refine((value) => value >= min && value <= max, {
    error: `must be ${what} from ${min} to ${max}`,
  });

/** Exactly as written: `String` gives back the shortest text of the number, which is what stands in the file. */
const dollars = z.number({ error: DOLLARS }).transform((value, context): UsdMicros => {
  const amount = parseUsd(String(value));
  if (amount !== null && amount > 0n) return amount;
  context.addIssue({ code: "custom", message: DOLLARS });
  return z.NEVER;
});
const price = z.number({ error: PRICE }).transform((value, context) => {
  const parsed = parsePrice(String(value));
  if (parsed !== null) return parsed;
  context.addIssue({ code: "custom", message: PRICE });
  return z.NEVER;
});
const address = z
  .string({ error: ADDRESS })
  .regex(/^0x[0-9a-fA-F]{40}$/, { error: ADDRESS })
  .transform((text) => text.toLowerCase() as Address);
const categories = z
  .array(z.string({ error: "must be the name of a category, e.g. Crypto" }).min(1), {
    error: 'must be a list of categories, e.g. ["Crypto"]',
  })
  .min(1, { error: "must name a category at least; leave it out to set no limit" })
  .transform((names) => names.map((name) => name.toLowerCase()));
/** Less than 1 is a share that was meant (0.15 for 15): a stop so near would sell with the next bid. */
const percent = (max: number) =>
  numberIn(1, max, "a percentage, 15 for 15 %,").transform((value) => BigInt(Math.round(value * 100)));
const minutes = numberIn(0, 525_600, "a number of minutes").transform((value) => Math.round(value * MINUTE_MS));
const list = { error: "must be a list of wallet addresses" };

const STAKE = "must be { kelly: a fraction from 0 to 1 } or { fixedUsd: an amount in dollars }";
const stake = z.union(
  [
    z
      .strictObject({ kelly: z.number().gt(0).lte(1) })
      .transform(({ kelly }) => ({ kind: "kelly" as const, fraction: kelly })),
    z.strictObject({ fixedUsd: dollars }).transform(({ fixedUsd }) => ({ kind: "fixed" as const, usd: fixedUsd })),
  ],
  { error: STAKE },
);

/** One group of rules: base, a tier's or a wallet's. null takes a limit of a wider group away. */
const group = z.strictObject({
  stake: stake.optional(),
  order: z.enum(["FAK", "FOK", "GTC", "GTD"], { error: 'must be "FAK", "FOK", "GTC" or "GTD"' }).optional(),
  minTradeUsd: dollars.optional(),
  walletDayUsd: dollars.nullable().optional(),
  walletOpenUsd: dollars.nullable().optional(),
  minPrice: price.nullable().optional(),
  maxPrice: price.nullable().optional(),
  minLiquidityUsd: dollars.nullable().optional(),
  minTimeLeftMinutes: minutes.nullable().optional(),
  onlyCategories: categories.nullable().optional(),
  notCategories: categories.nullable().optional(),
  marketMaxUsd: dollars.nullable().optional(),
  exit: z.enum(["mirror", "hold"], { error: 'must be "mirror" or "hold"' }).optional(),
  takeProfitPercent: percent(100_000).nullable().optional(),
  stopLossPercent: percent(100).nullable().optional(),
});

const protections = z.strictObject({
  marketCooldownMinutes: minutes.optional(),
  lossStreak: z
    .int({ error: "must be a whole number of at least 1" })
    .min(1, { error: "must be at least 1" })
    .optional(),
  lossStreakPauseMinutes: minutes.optional(),
  maxDrawdownPercent: percent(100).optional(),
  drawdownPauseMinutes: minutes.optional(),
});

const tiers = z.strictObject(Object.fromEntries(TIER_FLOORS.map(([tier]) => [tier, group.optional()])));

export const strategySchema = z.strictObject({
  allow: z.array(address, list).optional(),
  block: z.array(address, list).optional(),
  dayUsd: dollars.nullable().optional(),
  base: group.optional(),
  tiers: tiers.optional(),
  wallets: z.record(address, group, { error: ADDRESS }).optional(),
  protections: protections.optional(),
});

/** What a person writes: the default export of orderflow.config.ts, or the contents of orderflow.config.json. */
export type StrategyFile = z.input<typeof strategySchema>;
type Parsed = z.output<typeof strategySchema>;
type Group = z.output<typeof group>;

/** Names that stand in the file; for the correction of a misspelt one. */
export const STRATEGY_NAMES: readonly string[] = [
  ...Object.keys(strategySchema.shape),
  ...Object.keys(group.shape),
  ...Object.keys(protections.shape),
  ...Object.keys(tiers.shape),
];

export function toStrategy(parsed: Parsed, hash: string): Strategy {
  const tierRules = Object.entries(parsed.tiers ?? {}).flatMap(([tier, rules]) =>
    rules === undefined ? [] : [[tier, toRule(rules)]],
  );
  const walletRules = Object.entries(parsed.wallets ?? {}).map(([wallet, rules]) => [wallet, toRule(rules)]);
  const copy: CopyRules = {
    allow: parsed.allow ?? [],
    block: parsed.block ?? [],
    dayUsd: parsed.dayUsd ?? null,
    base: toRule(parsed.base ?? {}),
    tiers: Object.fromEntries(tierRules),
    wallets: Object.fromEntries(walletRules),
  };
  return { copy, protections: toProtections(parsed.protections ?? {}), hash };
}

function toRule({ minTimeLeftMinutes, exit, takeProfitPercent, stopLossPercent, ...rest }: Group): Partial<CopyRule> {
  return given({
    ...rest,
    minTimeLeftMs: minTimeLeftMinutes,
    mirrorExits: exit === undefined ? undefined : exit === "mirror",
    takeProfitBps: takeProfitPercent,
    stopLossBps: stopLossPercent,
  });
}

const toProtections = (parsed: z.output<typeof protections>): Partial<ProtectionLimits> =>
  given({
    stopCooldownMs: parsed.marketCooldownMinutes,
    lossStreakMax: parsed.lossStreak,
    lossStreakPauseMs: parsed.lossStreakPauseMinutes,
    maxDrawdownBps: parsed.maxDrawdownPercent,
    drawdownPauseMs: parsed.drawdownPauseMinutes,
  });

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Without what the file does not say: an absent name leaves the wider rule, null takes it away. */
const given = <T extends object>(values: T): Given<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
