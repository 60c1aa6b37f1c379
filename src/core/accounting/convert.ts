import { assert } from "../assert.ts";
import { minShares, type ShareMicros, type UsdMicros, usd } from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";
import type { EpochMs } from "../time/time.ts";
import type { LedgerEvent } from "./ledger-event.ts";
import type { Unit } from "./unit.ts";

/** In a negative-risk market outcome 0 is YES, 1 is NO. */
const YES = 0;
const NO = 1;

/**
 * A `PositionsConverted` of one wallet: `given` NO of each market in `from` become `received` YES of each in `to`,
 * and `released` collateral (on-chain sheet, section 5.2; the adapter's fee is already off `received` and `released`).
 */
export type Conversion<Market> = {
  readonly at: EpochMs;
  readonly from: readonly { readonly market: Market; readonly unit: Unit }[];
  readonly to: readonly Market[];
  readonly given: ShareMicros;
  readonly received: ShareMicros;
  readonly released: UsdMicros;
};

export type ConversionLeg<Market> = { readonly market: Market; readonly event: LedgerEvent };

/**
 * Each converted NO leaves at its own cost; that cost, less the collateral released, is spread over the YES received
 * (the remainder over the first ones), so that no leg makes P&L. Where every question was converted nothing is
 * received, and the NO tokens are sold for the collateral.
 */
export function toConversionLegs<Market>(conversion: Conversion<Market>): readonly ConversionLeg<Market>[] {
  const { at, from, to, given, received, released } = conversion;
  assert(from.length > 0, "a conversion gives something");
  const isCostKnown = from.every(({ unit }) => !unit.isIncomplete && unit.holdings[NO].shares >= given);
  const cost = from.reduce((sum, { unit }) => sum + costOf(unit, given), 0n);
  const proceeds = to.length > 0 ? null : spread(released, from.length);
  const costs = spread(usd(cost - released), to.length);
  return [
    ...from.map(({ market }, i) => ({
      market,
      event: { kind: "CONVERT_OUT", at, outcome: NO, shares: given, proceeds: proceeds?.[i] ?? null } as const,
    })),
    ...costs.map((part, i) => ({
      market: to[i] as Market,
      event: { kind: "CONVERT_IN", at, outcome: YES, shares: received, cost: part, isCostKnown } as const,
    })),
  ];
}

/** As the ledger takes it out of the holding. */
function costOf(unit: Unit, given: ShareMicros): bigint {
  const { shares, cost } = unit.holdings[NO];
  const taken = minShares(given, shares);
  return taken === 0n ? 0n : mulDiv(cost, taken, shares, "ceil");
}

function spread(amount: UsdMicros, parts: number): readonly UsdMicros[] {
  if (parts === 0) return [];
  const each = mulDiv(amount, 1n, BigInt(parts), "floor");
  const remainder = amount - each * BigInt(parts);
  return Array.from({ length: parts }, (_, i) => usd(each + (BigInt(i) < remainder ? 1n : 0n)));
}
