import { assert } from "../assert.ts";
import type { OutcomeIndex } from "../market/market.ts";
import { minShares, type ShareMicros, type UsdMicros, usd } from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";
import type { EpochMs } from "../time/time.ts";
import type { LedgerEvent } from "./ledger-event.ts";
import type { Unit } from "./unit.ts";

/** Some shares of one outcome of one unit. */
export type ConversionPart<Name> = {
  readonly unit: Name;
  readonly outcome: OutcomeIndex;
  readonly shares: ShareMicros;
};

/**
 * Tokens of one wallet that became others, and maybe collateral: a `PositionsConverted` (k NO become n − k YES, on-chain
 * sheet, section 5.2; the adapter's fee is already off `to` and `released`), a change of a combo's legs, or a migration
 * of the same claim to another id.
 */
export type Conversion<Name> = {
  readonly at: EpochMs;
  readonly from: readonly ConversionPart<Name>[];
  readonly to: readonly ConversionPart<Name>[];
  readonly released: UsdMicros;
};

export type ConversionLeg<Name> = { readonly unit: Name; readonly event: LedgerEvent };

/**
 * What is given leaves at its own cost; that cost, less the collateral released, is spread over what is received in
 * proportion to the shares, so that no leg makes P&L. Where nothing is received, what is given is sold for the collateral.
 * @param unitOf as the units stand before the conversion
 */
export function toConversionLegs<Name>(
  { at, from, to, released }: Conversion<Name>,
  unitOf: (name: Name) => Unit,
): readonly ConversionLeg<Name>[] {
  assert(from.length > 0, "a conversion gives something");
  const isCostKnown = from.every(({ unit, outcome, shares }) => isWhollyKnown(unitOf(unit), outcome, shares));
  const cost = from.reduce((sum, { unit, outcome, shares }) => sum + costOf(unitOf(unit), outcome, shares), 0n);
  const proceeds = to.length > 0 ? null : spread(released, from);
  const costs = spread(usd(cost - released), to);
  return [
    ...from.map(({ unit, outcome, shares }, i) => ({
      unit,
      event: { kind: "CONVERT_OUT", at, outcome, shares, proceeds: proceeds?.[i] ?? null } as const,
    })),
    ...to.map(({ unit, outcome, shares }, i) => ({
      unit,
      event: { kind: "CONVERT_IN", at, outcome, shares, cost: costs[i] as UsdMicros, isCostKnown } as const,
    })),
  ];
}

/** Whether all that these shares cost was seen. */
export const isWhollyKnown = (unit: Unit, outcome: OutcomeIndex, shares: ShareMicros): boolean =>
  !unit.isIncomplete && unit.holdings[outcome].shares >= shares;

/** What the ledger takes out of the holding with these shares. */
export function costOf(unit: Unit, outcome: OutcomeIndex, given: ShareMicros): bigint {
  const { shares, cost } = unit.holdings[outcome];
  const taken = minShares(given, shares);
  return taken === 0n ? 0n : mulDiv(cost, taken, shares, "ceil");
}

/** Rounded down; what is left over goes to the first ones, a micro each. */
export function spread(amount: UsdMicros, parts: readonly { readonly shares: ShareMicros }[]): readonly UsdMicros[] {
  const total = parts.reduce((sum, { shares }) => sum + shares, 0n);
  const weightOf = (shares: bigint): bigint => (total === 0n ? 1n : shares);
  const over = total === 0n ? BigInt(parts.length) : total;
  const floors = parts.map(({ shares }) => mulDiv(amount, weightOf(shares), over, "floor"));
  const remainder = amount - floors.reduce((sum, part) => sum + part, 0n);
  return floors.map((part, i) => usd(part + (BigInt(i) < remainder ? 1n : 0n)));
}
