import { assert } from "../assert.ts";
import { leaderOf } from "../copy/copy-rules.ts";
import type { Address, MarketId, PositionId, SignalId, TokenId } from "../ids/ids.ts";
import type { OutcomeIndex } from "../market/market.ts";
import {
  addShares,
  addUsd,
  notional,
  type PriceMicros,
  type ShareMicros,
  shares,
  subShares,
  subUsd,
  type UsdMicros,
  usd,
  ZERO_SHARES,
  ZERO_USD,
} from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";
import type { LeaderExit } from "../signals/exit-follow.ts";
import type { Signal, SignalType } from "../signals/signal.ts";
import type { EpochMs } from "../time/time.ts";
import { type Execution, positionId } from "./order.ts";
import { totalExecutions } from "./simulate-fill.ts";

export type TradingMode = "PAPER" | "LIVE";
export type CloseReason = "STOP_LOSS" | "TAKE_PROFIT" | "LEADER_EXIT" | "COMMAND" | "RESOLUTION" | "VOIDED";

/** A wish to sell, kept until it is done: a sell that is not filled is asked again. */
export type ExitRequest = {
  readonly reason: Exclude<CloseReason, "RESOLUTION" | "VOIDED">;
  readonly signalId: SignalId | null;
  readonly stage: "AWAITING_BOOK" | "RETRY" | "ORDER_IN_FLIGHT" | "TOO_SMALL";
  /** When a RETRY is due. */
  readonly retryAt: EpochMs | null;
  /** How long the last pause for want of a market was; absent: there was one to sell in. */
  readonly pauseMs?: number;
  /** It is a bid that is wanting: the first one seen ends the pause. */
  readonly awaitsBid?: true;
};

/** A holding of one token, from its entry to its end. Total cost is the truth; prices are derived for showing. */
export type Position = {
  readonly id: PositionId;
  readonly signalId: SignalId;
  readonly signalType: SignalType;
  readonly mode: TradingMode;
  readonly marketId: MarketId;
  readonly tokenId: TokenId;
  readonly outcomeIndex: OutcomeIndex;
  readonly marketTitle: string | null;
  readonly outcome: string | null;
  readonly eventId: string | null;
  /** As in MarketFacts. */
  readonly negRisk?: boolean | null;
  /** The wallet that we followed in; null where there was no single one. */
  readonly leader: Address | null;
  /** Its tier when we bought. */
  readonly leaderTier: string | null;
  readonly entryShares: ShareMicros;
  /** Without fees. */
  readonly entryCashUsd: UsdMicros;
  readonly entryFeesUsd: UsdMicros;
  readonly openShares: ShareMicros;
  /** With the entry's fees: what the open shares have cost in all. */
  readonly openCostUsd: UsdMicros;
  /** The part of `openCostUsd` that was fees. */
  readonly openFeesUsd: UsdMicros;
  readonly exitShares: ShareMicros;
  /** Without fees; a resolution's payout is one of these. */
  readonly exitCashUsd: UsdMicros;
  readonly exitFeesUsd: UsdMicros;
  readonly realizedUsd: UsdMicros;
  /** Best bid, the price at which it could be sold now; best ask, which values the control of its signal. */
  readonly mark: { readonly bid: PriceMicros; readonly ask?: PriceMicros | null; readonly at: EpochMs } | null;
  readonly exit: ExitRequest | null;
  readonly exitAttempts: number;
  readonly leaderExit: LeaderExit | null;
  readonly status: "OPEN" | "CLOSED";
  readonly closeReason: CloseReason | null;
  readonly openedAt: EpochMs;
  readonly closedAt: EpochMs | null;
};

/** Less than this many shares cannot be sold: the position counts as closed and their cost as lost. */
export const DUST_SHARES = shares(10_000n);

/** Profit of the part that left: `gross − fees = net`; `cashUsd` is what came into the account. */
export type Realization = {
  readonly position: Position;
  readonly grossUsd: UsdMicros;
  readonly feesUsd: UsdMicros;
  readonly netUsd: UsdMicros;
  readonly cashUsd: UsdMicros;
};

export function openPosition(
  signal: Signal,
  executions: readonly Execution[],
  mode: TradingMode,
  at: EpochMs,
): Position {
  const { size, cashUsd, feesUsd } = totalExecutions(executions);
  assert(size > 0n, "a position opens with shares", { signalId: signal.id });
  const leader = leaderOf(signal);
  return {
    id: positionId(signal.id),
    signalId: signal.id,
    signalType: signal.type,
    mode,
    marketId: signal.marketId,
    tokenId: signal.tokenId,
    outcomeIndex: signal.outcomeIndex,
    marketTitle: signal.marketTitle,
    outcome: signal.outcome,
    eventId: signal.eventId,
    negRisk: signal.negRisk ?? null,
    leader: leader?.wallet ?? null,
    leaderTier: leader?.tier ?? null,
    entryShares: size,
    entryCashUsd: cashUsd,
    entryFeesUsd: feesUsd,
    openShares: size,
    openCostUsd: addUsd(cashUsd, feesUsd),
    openFeesUsd: feesUsd,
    exitShares: ZERO_SHARES,
    exitCashUsd: ZERO_USD,
    exitFeesUsd: ZERO_USD,
    realizedUsd: ZERO_USD,
    mark: null,
    exit: null,
    exitAttempts: 0,
    leaderExit: null,
    status: "OPEN",
    closeReason: null,
    openedAt: at,
    closedAt: null,
  };
}

export function sellFromPosition(
  position: Position,
  executions: readonly Execution[],
  reason: CloseReason,
  at: EpochMs,
): Realization {
  const { size, cashUsd, feesUsd } = totalExecutions(executions);
  assert(size > 0n && size <= position.openShares, "a position sells what it holds", { positionId: position.id });
  return leave(position, { size, cashUsd, feesUsd, reason, at });
}

/** Token i pays `numerators[i] / Σ numerators` a share, rounded down as the contract does. */
export function settlePosition(position: Position, numerators: readonly [bigint, bigint], at: EpochMs): Realization {
  const over = numerators[0] + numerators[1];
  assert(over > 0n, "a resolution pays something", { positionId: position.id });
  const cashUsd = usd(mulDiv(position.openShares, numerators[position.outcomeIndex], over, "floor"));
  return leave(position, { size: position.openShares, cashUsd, feesUsd: ZERO_USD, reason: "RESOLUTION", at });
}

type Leaving = {
  readonly size: ShareMicros;
  readonly cashUsd: UsdMicros;
  readonly feesUsd: UsdMicros;
  readonly reason: CloseReason;
  readonly at: EpochMs;
};

function leave(position: Position, leaving: Leaving): Realization {
  const closes = subShares(position.openShares, leaving.size) < DUST_SHARES;
  const part = (amount: UsdMicros): UsdMicros =>
    closes ? amount : usd(mulDiv(amount, leaving.size, position.openShares, "floor"));
  const costUsd = part(position.openCostUsd);
  const entryFeesUsd = part(position.openFeesUsd);
  const netUsd = subUsd(subUsd(leaving.cashUsd, leaving.feesUsd), costUsd);
  const feesUsd = addUsd(leaving.feesUsd, entryFeesUsd);
  return {
    position: {
      ...position,
      openShares: closes ? ZERO_SHARES : subShares(position.openShares, leaving.size),
      openCostUsd: subUsd(position.openCostUsd, costUsd),
      openFeesUsd: subUsd(position.openFeesUsd, entryFeesUsd),
      exitShares: addShares(position.exitShares, leaving.size),
      exitCashUsd: addUsd(position.exitCashUsd, leaving.cashUsd),
      exitFeesUsd: addUsd(position.exitFeesUsd, leaving.feesUsd),
      realizedUsd: addUsd(position.realizedUsd, netUsd),
      exit: closes ? null : position.exit,
      status: closes ? "CLOSED" : "OPEN",
      closeReason: closes ? leaving.reason : null,
      closedAt: closes ? leaving.at : null,
    },
    grossUsd: addUsd(netUsd, feesUsd),
    feesUsd,
    netUsd,
    cashUsd: subUsd(leaving.cashUsd, leaving.feesUsd),
  };
}

/** Value at the bid; at cost until it has been marked. */
export const markedValue = (position: Position): UsdMicros =>
  position.mark === null ? position.openCostUsd : notional(position.mark.bid, position.openShares, "floor");

export const unrealizedUsd = (position: Position): UsdMicros => subUsd(markedValue(position), position.openCostUsd);

/** Has the bid's value fallen `stopLossBps` under cost? */
export const isStopLossHit = (position: Position, stopLossBps: bigint): boolean =>
  position.mark !== null && -unrealizedUsd(position) * 10_000n >= position.openCostUsd * stopLossBps;

/** Has the bid's value risen `takeProfitBps` over cost? */
export const isTakeProfitHit = (position: Position, takeProfitBps: bigint): boolean =>
  position.mark !== null && unrealizedUsd(position) * 10_000n >= position.openCostUsd * takeProfitBps;
