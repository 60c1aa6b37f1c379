import { costOf, isWhollyKnown, toConversionLegs } from "../accounting/convert.ts";
import type { LedgerEvent } from "../accounting/ledger-event.ts";
import type { Unit } from "../accounting/unit.ts";
import { type ShareMicros, shares, usd } from "../money/amounts.ts";
import { type LedgerEffect, type LedgerLeg, type UnitKey, unitKey } from "./ledger-entry.ts";

export type UnitEvent = { readonly unit: UnitKey; readonly event: LedgerEvent };

/**
 * What an effect is for each of its units: strategy section 2.
 * @param unitOf as the units stand before the effect
 */
export function eventsOf(effect: LedgerEffect, unitOf: (key: UnitKey) => Unit): readonly UnitEvent[] {
  switch (effect.kind) {
    case "split":
    case "merge":
      return [...Map.groupBy(effect.legs, unitKey)].flatMap(([unit, legs]) => setEvents(effect, unit, legs));
    case "redeem":
      return [...Map.groupBy(effect.legs, unitKey)].map(([unit, legs]) => ({
        unit,
        event: { kind: "REDEMPTION", at: effect.at, shares: [redeemed(legs, 0), redeemed(legs, 1)] } as const,
      }));
    case "convert":
    case "migrate":
      return conversionEvents(effect, unitOf);
    case "transfer":
      return transferEvents(effect, unitOf);
  }
}

const sizeOf = ({ amount }: LedgerLeg): ShareMicros => shares(amount < 0n ? -amount : amount);

const redeemed = (legs: readonly LedgerLeg[], outcome: 0 | 1): ShareMicros =>
  shares(legs.reduce((sum, leg) => (leg.outcome === outcome ? sum - leg.amount : sum), 0n));

/** Complete sets of one market; over the markets of an event there is one outcome of each. */
function setEvents({ kind, at }: LedgerEffect, unit: UnitKey, legs: readonly LedgerLeg[]): readonly UnitEvent[] {
  const [first, second] = legs;
  if (first !== undefined && second !== undefined && legs.length === 2 && first.outcome !== second.outcome) {
    return [{ unit, event: { kind: kind === "split" ? "SPLIT" : "MERGE", at, shares: sizeOf(first) } }];
  }
  return legs.map((leg) => {
    const common = { at, outcome: leg.outcome, shares: sizeOf(leg) };
    return kind === "split"
      ? { unit, event: { kind: "CONVERT_IN", ...common, cost: usd(-leg.cash), isCostKnown: true } }
      : { unit, event: { kind: "CONVERT_OUT", ...common, proceeds: usd(leg.cash) } };
  });
}

function conversionEvents({ at, legs }: LedgerEffect, unitOf: (key: UnitKey) => Unit): readonly UnitEvent[] {
  const part = (leg: LedgerLeg) => ({ unit: unitKey(leg), outcome: leg.outcome, shares: sizeOf(leg) });
  const from = legs.filter(({ amount }) => amount < 0n).map(part);
  const to = legs.filter(({ amount }) => amount > 0n).map(part);
  if (from.length === 0) {
    return to.map(({ unit, ...rest }) => ({ unit, event: { kind: "TRANSFER_IN", at, ...rest, cost: null } }));
  }
  const released = usd(legs.reduce((sum, { cash }) => sum + cash, 0n));
  return toConversionLegs({ at, from, to, released }, unitOf);
}

function transferEvents({ at, legs, isOwn }: LedgerEffect, unitOf: (key: UnitKey) => Unit): readonly UnitEvent[] {
  const out = legs.find(({ amount }) => amount < 0n);
  const into = legs.find(({ amount }) => amount > 0n);
  const isMove = isOwn && out !== undefined && into !== undefined;
  const events: UnitEvent[] = [];
  if (out !== undefined) {
    const common = { at, outcome: out.outcome, shares: sizeOf(out) };
    events.push({ unit: unitKey(out), event: { kind: "TRANSFER_OUT", ...common, to: isMove ? "own" : "elsewhere" } });
  }
  if (into !== undefined) {
    const common = { kind: "TRANSFER_IN", at, outcome: into.outcome, shares: sizeOf(into) } as const;
    if (!isMove) events.push({ unit: unitKey(into), event: { ...common, cost: null } });
    else {
      const sender = unitOf(unitKey(out));
      const cost = usd(costOf(sender, out.outcome, common.shares));
      const isCostKnown = isWhollyKnown(sender, out.outcome, common.shares);
      events.push({ unit: unitKey(into), event: { ...common, cost, isCostKnown } });
    }
  }
  return events;
}
