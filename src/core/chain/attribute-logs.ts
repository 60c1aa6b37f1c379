import { PayloadError } from "../errors.ts";
import { findImbalances } from "./conservation.ts";
import { compareLogPosition, type Fill, type LogPosition, type RawLog } from "./fill.ts";
import { attributeLifecycle, type LifecycleContext } from "./lifecycle.ts";
import type { LifecycleEffect, UnattributedReason } from "./lifecycle-effect.ts";
import { decodeLifecycle, type LifecycleEvent } from "./lifecycle-event.ts";
import { isPartOfMatch } from "./match-logs.ts";
import type { NegRiskMarketFacts } from "./neg-risk-conversion.ts";

export type AttributedLogs = {
  /** In chain order. */
  readonly effects: readonly LifecycleEffect[];
  /** Kept with their reason: what could not be decoded, and what could not be attributed. */
  readonly quarantined: readonly { readonly log: RawLog; readonly reason: string }[];
  /** Transactions that had to be decoded; all others were nothing but matches. */
  readonly transactions: number;
  /** Logs seem to be missing: worth asking again before it is believed. */
  readonly isIncomplete: boolean;
};

export type AttributionContext = {
  readonly negRiskMarketAt: (place: LogPosition, negRiskMarketId: string) => NegRiskMarketFacts | null;
  readonly tokensOf?: LifecycleContext["tokensOf"];
};

type Logs = readonly RawLog[];

/**
 * Attributes what happened beside the trades, transaction by transaction.
 * @param logs of the class "lifecycle", of whole blocks, in chain order
 * @param fills of the same blocks, in chain order, with the effective fee
 */
export function attributeLogs(logs: Logs, fills: readonly Fill[], context: AttributionContext): AttributedLogs {
  const effects: LifecycleEffect[] = [];
  const quarantined: { log: RawLog; reason: string }[] = [];
  let transactions = 0;
  let isIncomplete = false;
  let nextFill = 0;
  for (let from = 0; from < logs.length; ) {
    const first = logs[from] as RawLog;
    let to = from + 1;
    while (to < logs.length && compareTransactions(logs[to] as RawLog, first) === 0) to += 1;
    const own = logs.slice(from, to);
    from = to;
    while (nextFill < fills.length && compareTransactions(fills[nextFill] as Fill, first) < 0) nextFill += 1;
    const start = nextFill;
    while (nextFill < fills.length && compareTransactions(fills[nextFill] as Fill, first) === 0) nextFill += 1;
    if (nextFill > start && own.every(isPartOfMatch)) continue;
    transactions += 1;
    const attributed = attributeTransaction(own, fills.slice(start, nextFill), context);
    effects.push(...attributed.effects);
    quarantined.push(...attributed.quarantined);
    isIncomplete ||= attributed.isIncomplete;
  }
  return { effects, quarantined, transactions, isIncomplete };
}

/** What a cut answer looks like. Others are strange transactions, which stay as they are however often they are read. */
const LOGS_MISSING: ReadonlySet<UnattributedReason> = new Set(["SUPPLY_WITHOUT_EVENT", "EVENT_WITHOUT_SUPPLY"]);

type InTransaction = { readonly blockNumber: number; readonly txIndex: number };
const compareTransactions = (a: InTransaction, b: InTransaction): number =>
  a.blockNumber - b.blockNumber || a.txIndex - b.txIndex;

function attributeTransaction(
  logs: Logs,
  fills: readonly Fill[],
  context: AttributionContext,
): Omit<AttributedLogs, "transactions"> {
  const reasons = new Map<RawLog, string>();
  const events: LifecycleEvent[] = [];
  for (const log of logs) {
    try {
      const event = decodeLifecycle(log);
      if (event !== null) events.push(event);
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      reasons.set(log, `MALFORMED: ${error.message}`);
    }
  }
  const place = logs[0] as RawLog;
  const { effects, unattributed } = attributeLifecycle(
    { events, fills },
    {
      negRiskMarket: (id) => context.negRiskMarketAt(place, id),
      ...(context.tokensOf === undefined ? {} : { tokensOf: context.tokensOf }),
    },
  );
  for (const each of unattributed) {
    const log = logs.find((candidate) => compareLogPosition(candidate, each) === 0) ?? place;
    reasons.set(log, `${reasons.has(log) ? `${reasons.get(log)}; ` : ""}UNATTRIBUTED: ${each.reason}`);
  }
  const differs = reasons.size === 0 && isImbalanced(events, fills, effects);
  if (differs) reasons.set(place, "UNATTRIBUTED: BALANCES_DIFFER");
  return {
    effects,
    quarantined: [...reasons].map(([log, reason]) => ({ log, reason })),
    isIncomplete: differs || unattributed.some(({ reason }) => LOGS_MISSING.has(reason)),
  };
}

/** A V1 taker gets back what it gave too much without an event, so there it proves nothing. */
function isImbalanced(
  events: readonly LifecycleEvent[],
  fills: readonly Fill[],
  effects: readonly LifecycleEffect[],
): boolean {
  if (fills.some(({ exchangeVersion }) => exchangeVersion === 1)) return false;
  const movements = events.flatMap((event) => (event.name === "transfer" ? event.movements : []));
  const changes = effects.flatMap((each) =>
    each.kind === "transfer" ? [each.change] : [...each.given, ...each.received],
  );
  // Everybody may use Conditional Tokens: what others do with tokens of their own balances nowhere here.
  const tokens = new Set([...fills, ...changes].map(({ tokenId }) => tokenId));
  return findImbalances(movements, fills, effects).some(({ tokenId }) => tokens.has(tokenId));
}
