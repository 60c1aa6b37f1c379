/**
 * The rules of the ledger, all of them: strategy section 2. Each takes a unit and one event and gives the next unit;
 * what we pay rounds up, what we receive rounds down.
 *
 * A resolution commutes with the events around it: once it is known, holdings are carried at their payout, and
 * `realised` follows from the cash flows alone. So it may be learned before or after later fills.
 */
import { assert, unreachable } from "../assert.ts";
import type { OutcomeIndex } from "../market/market.ts";
import {
  addShares,
  addUsd,
  minShares,
  type ShareMicros,
  subShares,
  subUsd,
  type UsdMicros,
  usd,
  ZERO_USD,
} from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";
import type { LedgerEvent } from "./ledger-event.ts";
import { assertConserved, type Holding, isFlat, payoutOf, type Unit } from "./unit.ts";

export type Trade = Extract<LedgerEvent, { kind: "BUY" | "SELL" }>;

/** @throws InvariantError when the books of the unit would no longer add up. */
export function applyEvent(unit: Unit, event: LedgerEvent): Unit {
  const next = carryAtPayout(applyRule(unit, event));
  if (event.kind === "RESOLUTION") return assertConserved(next);
  const flatAt = isFlat(next) ? (unit.flatAt ?? event.at) : null;
  return assertConserved({ ...next, openedAt: unit.openedAt ?? event.at, flatAt });
}

function applyRule(unit: Unit, event: LedgerEvent): Unit {
  switch (event.kind) {
    case "BUY":
      return applyBuy(unit, event);
    case "SELL":
      return applySell(unit, event);
    case "SPLIT": {
      const [half, rest] = halves(event.shares);
      return receive(receive(unit, 0, event.shares, half), 1, event.shares, rest);
    }
    case "MERGE": {
      const [half, rest] = halves(event.shares);
      return release(release(unit, 0, event.shares, half), 1, event.shares, rest);
    }
    case "CONVERT_OUT":
      return event.proceeds === null
        ? moveOut(unit, event.outcome, event.shares, "own")
        : release(unit, event.outcome, event.shares, event.proceeds);
    case "CONVERT_IN": {
      const next = receive(unit, event.outcome, event.shares, event.cost);
      return event.isCostKnown ? next : { ...next, isIncomplete: true };
    }
    case "TRANSFER_IN": {
      const next = receive(unit, event.outcome, event.shares, event.cost ?? ZERO_USD);
      return event.cost === null || event.isCostKnown === false ? { ...next, isIncomplete: true } : next;
    }
    case "TRANSFER_OUT":
      return moveOut(unit, event.outcome, event.shares, event.to);
    case "RESOLUTION": {
      const [first, second] = event.payoutNumerators;
      assert(first >= 0n && second >= 0n && first + second > 0n, "a resolution pays something");
      return { ...unit, payoutNumerators: event.payoutNumerators, resolvedAt: event.at };
    }
    case "REDEMPTION":
      return redeem(redeem(unit, 0, event.shares[0]), 1, event.shares[1]);
    default:
      return unreachable(event);
  }
}

/** Shares less a fee in shares; cash plus a fee in collateral. */
function applyBuy(unit: Unit, fill: Trade): Unit {
  return receive(unit, fill.outcome, boughtShares(fill), boughtCost(fill));
}

export const boughtShares = (fill: Trade): ShareMicros =>
  fill.feeAsset === "shares" ? subShares(fill.shares, fill.fee as ShareMicros) : fill.shares;

export const boughtCost = (fill: Trade): UsdMicros =>
  fill.feeAsset === "shares" ? fill.cash : addUsd(fill.cash, fill.fee as UsdMicros);

function applySell(unit: Unit, fill: Trade): Unit {
  assert(fill.feeAsset === "collateral" || fill.fee === 0n, "the fee of a SELL is collateral");
  return release(unit, fill.outcome, fill.shares, subUsd(fill.cash, usd(fill.fee)));
}

function receive(unit: Unit, outcome: OutcomeIndex, received: ShareMicros, cost: UsdMicros): Unit {
  const held = unit.holdings[outcome];
  assert(received >= 0n, "nobody receives negative shares", { received });
  return {
    ...withHolding(unit, outcome, { shares: addShares(held.shares, received), cost: addUsd(held.cost, cost) }),
    cashOut: addUsd(unit.cashOut, cost),
    paidIn: addUsd(unit.paidIn, cost > 0n ? cost : ZERO_USD),
  };
}

/** A sale of `sold` shares for `proceeds`. What goes beyond the holding earns nothing and marks the unit incomplete. */
function release(unit: Unit, outcome: OutcomeIndex, sold: ShareMicros, proceeds: UsdMicros): Unit {
  const { taken, costOut, rest } = take(unit.holdings[outcome], sold);
  const earned = sold === 0n ? proceeds : usd(mulDiv(proceeds, taken, sold, "floor"));
  return {
    ...withHolding(unit, outcome, rest),
    cashIn: addUsd(unit.cashIn, earned),
    realised: usd(unit.realised + earned - costOut),
    isIncomplete: unit.isIncomplete || taken < sold,
  };
}

/** Leaves at cost, without P&L. To a wallet of the same owner, what was paid in moves along. */
function moveOut(unit: Unit, outcome: OutcomeIndex, moved: ShareMicros, to: "own" | "elsewhere"): Unit {
  const { taken, costOut, rest } = take(unit.holdings[outcome], moved);
  const paidInMoved = to === "elsewhere" || costOut < 0n ? ZERO_USD : costOut < unit.paidIn ? costOut : unit.paidIn;
  return {
    ...withHolding(unit, outcome, rest),
    cashIn: addUsd(unit.cashIn, costOut),
    paidIn: subUsd(unit.paidIn, paidInMoved),
    isIncomplete: unit.isIncomplete || taken < moved,
  };
}

/** Turns a claim into cash. Before the resolution is known, shares leave at cost and the unit is incomplete. */
function redeem(unit: Unit, outcome: OutcomeIndex, redeemed: ShareMicros): Unit {
  if (redeemed === 0n) return unit;
  if (unit.payoutNumerators === null) return { ...moveOut(unit, outcome, redeemed, "elsewhere"), isIncomplete: true };
  const held = unit.holdings[outcome];
  const left = subShares(held.shares, minShares(redeemed, held.shares));
  const claim = payoutOf(left, outcome, unit.payoutNumerators);
  return {
    ...withHolding(unit, outcome, { shares: left, cost: claim }),
    cashIn: usd(unit.cashIn + held.cost - claim),
    isIncomplete: unit.isIncomplete || redeemed > held.shares,
  };
}

/** After the resolution every holding is worth its payout, neither more nor less; the difference is realised. */
function carryAtPayout(unit: Unit): Unit {
  const numerators = unit.payoutNumerators;
  if (numerators === null) return unit;
  const [first, second] = unit.holdings;
  const claims = [payoutOf(first.shares, 0, numerators), payoutOf(second.shares, 1, numerators)] as const;
  return {
    ...unit,
    holdings: [
      { shares: first.shares, cost: claims[0] },
      { shares: second.shares, cost: claims[1] },
    ],
    realised: usd(unit.realised + claims[0] + claims[1] - first.cost - second.cost),
  };
}

type Taken = { readonly taken: ShareMicros; readonly costOut: UsdMicros; readonly rest: Holding };

/** Cost falls in proportion; the last share takes all that is left of it. */
function take(held: Holding, wanted: ShareMicros): Taken {
  assert(wanted >= 0n, "nobody gives negative shares", { wanted });
  const taken = minShares(wanted, held.shares);
  const costOut = taken === 0n ? ZERO_USD : usd(mulDiv(held.cost, taken, held.shares, "ceil"));
  return { taken, costOut, rest: { shares: subShares(held.shares, taken), cost: subUsd(held.cost, costOut) } };
}

function withHolding(unit: Unit, outcome: OutcomeIndex, holding: Holding): Unit {
  return { ...unit, holdings: outcome === 0 ? [holding, unit.holdings[1]] : [unit.holdings[0], holding] };
}

/** The odd micro goes to the second token. */
const halves = (amount: ShareMicros): readonly [UsdMicros, UsdMicros] => [usd(amount / 2n), usd(amount - amount / 2n)];
