/**
 * Units from the venue's history of an account instead of the chain: the same ledger and the same rules, with what the
 * history cannot prove marked incomplete. Reading starts at some moment, so what was held before it is not known.
 */
import { applyEvent } from "../accounting/ledger.ts";
import { closedAt, EMPTY_UNIT, FLAT_BELOW, payoutOf, roiMicros, type Unit } from "../accounting/unit.ts";
import type { MarketId } from "../ids/ids.ts";
import type { OutcomeIndex } from "../market/market.ts";
import { type ShareMicros, shares, subShares, ZERO_SHARES } from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";
import type { EpochMs } from "../time/time.ts";
import type { AccountEvent, AccountPosition, AccountResolution } from "./account-event.ts";
import {
  applyEntry,
  boughtBothOutcomes,
  type Entries,
  type MarketSpan,
  NO_ENTRIES,
  unitEdgeMicros,
} from "./entries.ts";
import { findGaps } from "./imported-gaps.ts";

export type ImportedUnit = {
  readonly marketId: MarketId;
  readonly unit: Unit;
  readonly entries: Entries;
  readonly closedAt: EpochMs | null;
  /** As in the ledger of the chain: null unless closed, complete and something was paid in. */
  readonly roiMicros: bigint | null;
  readonly edgeMicros: bigint | null;
  readonly boughtBoth: boolean;
};

export type AccountHistoryFacts = {
  /** From when on the events are held. */
  readonly since: EpochMs;
  readonly resolutions: ReadonlyMap<MarketId, AccountResolution>;
  /** Of the markets whose start and end are known. */
  readonly spans: ReadonlyMap<MarketId, MarketSpan>;
  readonly positions: readonly AccountPosition[];
};

/** The history rounds its floats: so much more than was held may be given without anything missing. */
const DUST: ShareMicros = FLAT_BELOW;

/** The venue leaves out positions of less. */
const MOVED_MIN = shares(1_000_000n);

type Draft = { readonly unit: Unit; readonly entries: Entries };

/** @param events of one wallet, oldest first */
export function foldAccountEvents(
  events: readonly AccountEvent[],
  facts: AccountHistoryFacts,
): readonly ImportedUnit[] {
  const converted = new Set(
    events.filter(({ kind }) => kind === "CONVERSION").map(({ eventSlug, marketId }) => eventSlug ?? marketId),
  );
  const gaps = findGaps(events, facts);
  const drafts = new Map<MarketId, Draft>();
  for (const [marketId, ofMarket] of Map.groupBy(events, (event) => event.marketId)) {
    // Named in a conversion alone: it may be the event's own id and no market's.
    if (ofMarket.every(({ kind }) => kind === "CONVERSION")) continue;
    const draft = foldMarket(ofMarket, facts.resolutions.get(marketId) ?? null, facts.spans.get(marketId) ?? null);
    const isConverted = ofMarket.some(({ eventSlug }) => converted.has(eventSlug ?? marketId));
    const isDoubtful = isConverted || gaps.incomplete.has(marketId) || hasLeft(draft.unit, ofMarket, facts.positions);
    drafts.set(marketId, isDoubtful ? markIncomplete(draft) : draft);
  }
  for (const { marketId, openedAt, flatAt } of gaps.unseen) {
    const resolvedAt = facts.resolutions.get(marketId)?.at ?? null;
    drafts.set(marketId, {
      unit: { ...EMPTY_UNIT, isIncomplete: true, openedAt, flatAt: resolvedAt === null ? flatAt : null, resolvedAt },
      entries: NO_ENTRIES,
    });
  }
  return [...drafts].map(([marketId, draft]) => judge(marketId, draft));
}

/**
 * Transfers are not told of: where the venue holds less than is left here, and nothing happened since, shares have gone
 * another way. Losers that were redeemed for nothing are gone as well.
 */
function hasLeft(unit: Unit, events: readonly AccountEvent[], positions: readonly AccountPosition[]): boolean {
  const [{ marketId } = { marketId: null }] = events;
  const isRedeemed = events.some(({ kind }) => kind === "REDEEM");
  const lastAt = events.at(-1)?.at ?? 0;
  return positions.some(({ marketId: ofPosition, outcome, currentShares, lastEventAt }) => {
    if (ofPosition !== marketId || outcome === null || lastEventAt === null || lastAt > lastEventAt) return false;
    const isLoser = unit.payoutNumerators?.[outcome] === 0n;
    return !(isLoser && isRedeemed) && unit.holdings[outcome].shares > currentShares + MOVED_MIN;
  });
}

const markIncomplete = ({ unit, entries }: Draft): Draft => ({ unit: { ...unit, isIncomplete: true }, entries });

function judge(marketId: MarketId, { unit, entries }: Draft): ImportedUnit {
  const closed = closedAt(unit);
  const numerators = unit.payoutNumerators;
  return {
    marketId,
    unit,
    entries,
    closedAt: closed,
    roiMicros: unit.isIncomplete || closed === null ? null : roiMicros(unit),
    edgeMicros: numerators === null ? null : unitEdgeMicros(entries, numerators),
    boughtBoth: boughtBothOutcomes(entries),
  };
}

function foldMarket(
  events: readonly AccountEvent[],
  resolution: AccountResolution | null,
  span: MarketSpan | null,
): Draft {
  let draft: Draft = { unit: EMPTY_UNIT, entries: NO_ENTRIES };
  for (const event of events) {
    // A redemption proves that the market had resolved by then, be it in the same second.
    const isResolved = resolution !== null && (resolution.at < event.at || event.kind === "REDEEM");
    draft = applyAccountEvent(isResolved ? resolve(draft, resolution) : draft, event, span);
  }
  return resolution === null ? draft : resolve(draft, resolution);
}

function resolve({ unit, entries }: Draft, { at, payoutNumerators }: AccountResolution): Draft {
  if (unit.resolvedAt !== null) return { unit, entries };
  return { unit: applyEvent(unit, { kind: "RESOLUTION", at, payoutNumerators }), entries };
}

function applyAccountEvent(draft: Draft, event: AccountEvent, span: MarketSpan | null): Draft {
  const { unit, entries } = draft;
  const { kind, at, outcome, shares: size, cash } = event;
  switch (kind) {
    case "BUY":
    case "SELL": {
      if (outcome === null) return markIncomplete({ unit: { ...unit, openedAt: unit.openedAt ?? at }, entries });
      const given = kind === "SELL" ? withoutDust(size, unit.holdings[outcome].shares) : size;
      const next = applyEvent(unit, { kind, at, outcome, shares: given, cash, fee: 0n, feeAsset: "collateral" });
      const bought = { at, outcome, shares: size, cost: cash };
      return { unit: next, entries: kind === "BUY" ? applyEntry(entries, bought, span) : entries };
    }
    case "SPLIT":
      return { unit: applyEvent(unit, { kind, at, shares: size }), entries };
    case "MERGE": {
      const [first, second] = unit.holdings;
      const held = first.shares < second.shares ? first.shares : second.shares;
      return { unit: applyEvent(unit, { kind, at, shares: withoutDust(size, held) }), entries };
    }
    case "REDEEM":
      return { unit: redeem(unit, event), entries };
    case "CONVERSION":
      // Which tokens went and came is not told: `foldAccountEvents` marks the markets of the event.
      return { unit: { ...unit, openedAt: unit.openedAt ?? at }, entries };
  }
}

const withoutDust = (given: ShareMicros, held: ShareMicros): ShareMicros =>
  given > held && subShares(given, held) <= DUST ? held : given;

/**
 * A redemption names no token. It takes all that is held of what pays; a payout above what is held pays for shares that
 * the history does not hold.
 */
function redeem(unit: Unit, { at, cash }: AccountEvent): Unit {
  const numerators = unit.payoutNumerators;
  if (numerators === null) return { ...unit, openedAt: unit.openedAt ?? at, isIncomplete: true };
  // A loser's tokens are given for nothing: where there were none, they were bought before the history begins.
  if (cash === 0n) return unit.openedAt === null ? { ...unit, openedAt: at, isIncomplete: true } : unit;
  const payout = (outcome: OutcomeIndex): bigint => payoutOf(unit.holdings[outcome].shares, outcome, numerators);
  const claim = payout(0) + payout(1);
  const isShort = cash > claim + DUST;
  // Part of a holding may be redeemed; what is left is worth what is left of the claim.
  const part = (outcome: OutcomeIndex): ShareMicros => {
    if (payout(outcome) === 0n) return ZERO_SHARES;
    const held = unit.holdings[outcome].shares;
    return cash >= claim ? held : shares(mulDiv(held, cash, claim, "floor"));
  };
  const next = applyEvent(unit, { kind: "REDEMPTION", at, shares: [part(0), part(1)] });
  return isShort ? { ...next, isIncomplete: true } : next;
}
