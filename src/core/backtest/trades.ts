/** Every trade of a run with its reasons, as text for people. */
import type { Position } from "../execution/position.ts";
import { addUsd, formatPrice, formatShares, formatUsd, priceOf } from "../money/amounts.ts";
import type { Signal } from "../signals/signal.ts";
import type { EpochMs } from "../time/time.ts";
import type { RunRecord, SignalOutcome } from "./run.ts";

export type TradeRow = {
  readonly id: string;
  readonly signalType: string;
  readonly market: string;
  readonly outcome: string;
  readonly category: string;
  readonly leader: string | null;
  readonly openedAt: EpochMs;
  readonly closedAt: EpochMs | null;
  readonly closeReason: string | null;
  readonly shares: string;
  readonly entryPrice: string;
  readonly exitPrice: string | null;
  /** With the entry's fees. */
  readonly costUsd: string;
  readonly feesUsd: string;
  readonly profitUsd: string;
  readonly why: readonly string[];
};

export function listTrades({ positions, signals }: RunRecord): readonly TradeRow[] {
  const byId = new Map(signals.map((signal) => [signal.id, signal]));
  return positions.map((position) => toTrade(position, byId.get(position.signalId)));
}

/** What became of the signals, most frequent first. */
export function countSignals({ signals, outcomes }: RunRecord): readonly SignalOutcome[] {
  const kept = Map.groupBy(signals, ({ type, status }) => `${type} ${status}`);
  const rows = [...kept.values()].map((list) => {
    const { type, status } = list[0] as Signal;
    return { type, status, code: "", signals: list.length };
  });
  return [...rows, ...outcomes].sort((a, b) => b.signals - a.signals || (a.code < b.code ? -1 : 1));
}

function toTrade(position: Position, signal: Signal | undefined): TradeRow {
  const { entryCashUsd, entryShares, entryFeesUsd, exitShares, exitCashUsd, exitFeesUsd } = position;
  return {
    id: position.id,
    signalType: position.signalType,
    market: position.marketTitle ?? position.marketId,
    outcome: position.outcome ?? `outcome ${position.outcomeIndex}`,
    category: signal?.category ?? "unknown",
    leader: position.leader,
    openedAt: position.openedAt,
    closedAt: position.closedAt,
    closeReason: position.closeReason,
    shares: formatShares(entryShares),
    entryPrice: formatPrice(priceOf(entryCashUsd, entryShares, "halfEven")),
    exitPrice: exitShares === 0n ? null : formatPrice(priceOf(exitCashUsd, exitShares, "halfEven")),
    costUsd: formatUsd(addUsd(entryCashUsd, entryFeesUsd)),
    feesUsd: formatUsd(addUsd(entryFeesUsd, exitFeesUsd)),
    profitUsd: formatUsd(position.realizedUsd),
    why: signal === undefined ? [] : reasons(signal, position),
  };
}

function reasons(signal: Signal, position: Position): string[] {
  const { trigger, model, confidence, limitPrice, kelly, stakeUsd, checks } = signal;
  const fills = trigger.fills === 1 ? "one fill" : `${trigger.fills} fills`;
  const who =
    trigger.panicWallets.length > 0
      ? `${trigger.panicWallets.length} badly scored wallets sold ${formatUsd(trigger.sizeUsd)} USD of it`
      : `${trigger.wallet} (${trigger.walletTier}, score ${trigger.walletScore.toFixed(2)}) bought for ${formatUsd(trigger.sizeUsd)} USD`;
  const bound = trigger.edgeLowerBound === null ? "not measured" : trigger.edgeLowerBound.toFixed(4);
  const why =
    model === undefined
      ? `its edge is at least ${bound} USD a share`
      : `model ${model.hash.slice(0, 12)} says ${model.probability.toFixed(4)}, of which ${model.lowerProbability.toFixed(4)} is proven`;
  return [
    `${who} at ${formatPrice(trigger.price)} in ${fills}; ${why}`,
    `confidence ${confidence.toFixed(2)}, full Kelly ${kelly === null ? "unknown" : kelly.toFixed(4)}, stake ${stakeUsd === null ? "unknown" : formatUsd(stakeUsd)} USD, at most ${limitPrice === null ? "any price" : formatPrice(limitPrice)}`,
    `${checks.length} checks passed: ${[...new Set(checks.map(({ code }) => code))].join(", ")}`,
    `closed by ${position.closeReason ?? "nothing yet"}`,
  ];
}
