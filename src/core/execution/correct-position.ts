import {
  addShares,
  addUsd,
  type ShareMicros,
  shares,
  subUsd,
  type UsdMicros,
  usd,
  ZERO_USD,
} from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";
import type { EpochMs } from "../time/time.ts";
import { DUST_SHARES, type Position, type Realization } from "./position.ts";
import type { ExecutionTotals } from "./simulate-fill.ts";

/** What an order has come to otherwise than was booked: later less earlier. */
type Change = { readonly size: bigint; readonly cashUsd: bigint; readonly feesUsd: bigint };

const changeOf = (before: ExecutionTotals, after: ExecutionTotals): Change => ({
  size: after.size - before.size,
  cashUsd: after.cashUsd - before.cashUsd,
  feesUsd: after.feesUsd - before.feesUsd,
});

/** Exact at either end; a part of a part is in proportion. */
const portion = (amount: bigint, part: bigint, whole: bigint): bigint =>
  whole === 0n ? 0n : part >= whole ? amount : mulDiv(amount, part, whole, "floor");

/**
 * The entry was another one than we booked: more of it came, or some of it failed. More shares join at their cost and
 * open a closed position again; those that failed leave at theirs, and where they had been sold or paid out already that
 * is taken back in proportion. Cash + cost − realised stays what it was, to the micro.
 */
export function correctEntry(
  known: Position,
  before: ExecutionTotals,
  after: ExecutionTotals,
  at: EpochMs,
): Realization {
  const { size, cashUsd, feesUsd } = changeOf(before, after);
  const nothing = { entryShares: shares(0n), entryCashUsd: ZERO_USD, entryFeesUsd: ZERO_USD };
  const position = known.closeReason === "VOIDED" ? { ...known, ...nothing } : known;
  const wanted = position.openShares + size;
  const missing = wanted < 0n ? -wanted : 0n;
  const back = {
    size: missing < position.exitShares ? missing : position.exitShares,
    cashUsd: portion(position.exitCashUsd, missing, position.exitShares),
    feesUsd: portion(position.exitFeesUsd, missing, position.exitShares),
  };
  const costUsd = position.openCostUsd + cashUsd + feesUsd;
  // Cost that has left with sales cannot leave again.
  const openCostUsd = costUsd < 0n ? 0n : costUsd;
  const fees = position.openFeesUsd + feesUsd;
  return settle(
    position,
    {
      entryShares: shares(position.entryShares + size),
      entryCashUsd: usd(position.entryCashUsd + cashUsd),
      entryFeesUsd: usd(position.entryFeesUsd + feesUsd),
      openShares: shares(wanted + missing),
      openCostUsd: usd(openCostUsd),
      openFeesUsd: usd(fees < 0n ? 0n : fees > openCostUsd ? openCostUsd : fees),
      exitShares: shares(position.exitShares - back.size),
      exitCashUsd: usd(position.exitCashUsd - back.cashUsd),
      exitFeesUsd: usd(position.exitFeesUsd - back.feesUsd),
    },
    usd(-cashUsd - feesUsd - back.cashUsd + back.feesUsd),
    at,
  );
}

/** A sale was another one than we booked: more was sold, or what was sold failed and is ours again at its old cost. */
export function correctExit(
  position: Position,
  before: ExecutionTotals,
  after: ExecutionTotals,
  at: EpochMs,
): Realization {
  const { size, cashUsd, feesUsd } = changeOf(before, after);
  const left = {
    costUsd: addUsd(position.entryCashUsd, position.entryFeesUsd) - position.openCostUsd,
    feesUsd: position.entryFeesUsd - position.openFeesUsd,
  };
  const moved =
    size > 0n
      ? {
          costUsd: portion(position.openCostUsd, size, position.openShares),
          feesUsd: portion(position.openFeesUsd, size, position.openShares),
        }
      : {
          costUsd: -portion(left.costUsd, -size, position.exitShares),
          feesUsd: -portion(left.feesUsd, -size, position.exitShares),
        };
  const open = position.openShares - size;
  return settle(
    position,
    {
      openShares: shares(open < 0n ? 0n : open),
      openCostUsd: usd(position.openCostUsd - moved.costUsd),
      openFeesUsd: usd(position.openFeesUsd - moved.feesUsd),
      exitShares: addShares(position.exitShares, size as ShareMicros),
      exitCashUsd: usd(position.exitCashUsd + cashUsd),
      exitFeesUsd: usd(position.exitFeesUsd + feesUsd),
    },
    usd(cashUsd - feesUsd),
    at,
  );
}

/** Less than can be sold closes a position, as a sale does: its cost is lost. Any more opens it. */
function settle(position: Position, change: Partial<Position>, cashUsd: UsdMicros, at: EpochMs): Realization {
  const next = { ...position, ...change };
  const closes = next.openShares < DUST_SHARES;
  const costLeft = closes ? ZERO_USD : next.openCostUsd;
  const netUsd = addUsd(cashUsd, subUsd(costLeft, position.openCostUsd));
  const before = addUsd(position.entryFeesUsd, position.exitFeesUsd) - position.openFeesUsd;
  const feesLeft = closes ? ZERO_USD : next.openFeesUsd;
  const feesUsd = usd(addUsd(next.entryFeesUsd, next.exitFeesUsd) - feesLeft - before);
  const isVoid = next.entryShares <= 0n;
  return {
    position: {
      ...next,
      // What never was keeps the figures that it was thought to have.
      ...(isVoid ? { entryShares: position.entryShares, entryCashUsd: position.entryCashUsd } : {}),
      ...(isVoid ? { entryFeesUsd: position.entryFeesUsd } : {}),
      openShares: closes ? shares(0n) : next.openShares,
      openCostUsd: costLeft,
      openFeesUsd: feesLeft,
      realizedUsd: addUsd(position.realizedUsd, netUsd),
      ...(closes
        ? {
            ...{ exit: null, status: "CLOSED", closedAt: position.closedAt ?? at },
            closeReason: isVoid ? "VOIDED" : (position.closeReason ?? position.exit?.reason ?? "VOIDED"),
          }
        : { status: "OPEN", closeReason: null, closedAt: null, exit: position.exit }),
    },
    grossUsd: addUsd(netUsd, feesUsd),
    feesUsd,
    netUsd,
    cashUsd,
  };
}
