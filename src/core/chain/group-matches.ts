import { type ShareMicros, shares, type UsdMicros, usd } from "../money/amounts.ts";
import type { MatchSummary } from "./decode-match.ts";
import { compareLogPosition, type Fill, inChainOrder, type LogPosition } from "./fill.ts";

/** How a maker's leg met the taker's: same token changes hands, or collateral is split, or two tokens are merged. */
export type MatchType = "COMPLEMENTARY" | "MINT" | "MERGE";

export type MakerLeg = { readonly fill: Fill; readonly type: MatchType };

export type Match = {
  readonly taker: Fill;
  readonly makers: readonly MakerLeg[];
  /** The exchange's own repetition of the taker's leg; null where the logs do not hold it. */
  readonly summary: MatchSummary | null;
};

/** Something that cannot be, in a match whose logs are well-formed one by one. */
export type MatchProblem = LogPosition & {
  readonly reason: string;
  /** Logs are missing: worth asking again before it is believed. */
  readonly isIncomplete: boolean;
};

export type GroupedMatches = {
  /** All the fills that went in, in chain order, each with its match. */
  readonly fills: readonly Fill[];
  readonly matches: readonly Match[];
  readonly problems: readonly MatchProblem[];
};

/**
 * Joins the fills of whole blocks into matches (on-chain sheet, section 2.2): within one transaction and exchange,
 * a maker's leg belongs to the next taker's leg whose wallet it names. Some archives keep the logs of a transaction
 * without their order; there, a leg without a later taker belongs to the nearest earlier one.
 * A problem of one match touches no other.
 * @param fills are taken over: each is told its match, because a copy of each would be the largest part of the work
 */
export function groupMatches(fills: readonly Fill[], summaries: readonly MatchSummary[]): GroupedMatches {
  const ordered = inChainOrder(fills, itself);
  const legs = byGroup(ordered);
  const problems: MatchProblem[] = [];
  const pending = createPending(summaries);
  const matches: Match[] = [];
  for (let from = 0, to = 0; from < legs.length; from = to) {
    to = endOfGroup(legs, from);
    joinTakers(legs, from, to);
    for (let at = from; at < to; at += 1) {
      const leg = legs[at] as Fill;
      if (leg.role === "taker") {
        const match = { taker: leg, makers: makersOf(leg, legs, from, to), summary: pending.take(leg) };
        matches.push(match);
        checkMatch(match, problems);
      } else if (leg.matchLogIndex === null) {
        // `fillOrder` has no taker's leg either; the logs alone cannot tell it from a match that was cut.
        problems.push({ ...positionOf(leg), reason: "MAKER_LEG_WITHOUT_TAKER_LEG", isIncomplete: true });
      }
    }
  }
  for (const summary of pending.rest()) {
    problems.push({ ...positionOf(summary), reason: "MATCH_WITHOUT_TAKER_LEG", isIncomplete: true });
  }
  return {
    fills: ordered,
    matches: inChainOrder(matches, ({ taker }) => taker),
    problems: problems.sort(compareLogPosition),
  };
}

function join(leg: Fill, taker: Fill): void {
  (leg as { matchLogIndex: number | null }).matchLogIndex = taker.logIndex;
}

function makersOf(taker: Fill, legs: readonly Fill[], from: number, to: number): readonly MakerLeg[] {
  const makers: MakerLeg[] = [];
  for (let at = from; at < to; at += 1) {
    const fill = legs[at] as Fill;
    if (fill.matchLogIndex === taker.logIndex && fill !== taker) makers.push({ fill, type: typeOf(fill, taker) });
  }
  return makers;
}

/** Legs of one transaction and exchange follow each other in the result, as they nearly always do already. */
function byGroup(legs: readonly Fill[]): readonly Fill[] {
  const seen = new Set<string>();
  for (let at = 0; at < legs.length; at += 1) {
    const { txHash, exchange } = legs[at] as Fill;
    const before = at === 0 ? null : (legs[at - 1] as Fill);
    const isOfOne = before?.txHash === txHash;
    if (isOfOne ? before.exchange === exchange : !seen.has(txHash)) {
      if (!isOfOne) seen.add(txHash);
      continue;
    }
    const transactions = Map.groupBy(legs, (leg) => leg.txHash);
    return [...transactions.values()].flatMap((own) => [...Map.groupBy(own, (leg) => leg.exchange).values()].flat());
  }
  return legs;
}

function endOfGroup(legs: readonly Fill[], from: number): number {
  const { txHash, exchange } = legs[from] as Fill;
  let to = from + 1;
  for (; to < legs.length; to += 1) {
    const leg = legs[to] as Fill;
    if (leg.txHash !== txHash || leg.exchange !== exchange) break;
  }
  return to;
}

const itself = <Item extends LogPosition>(item: Item): LogPosition => item;
const positionOf = ({ blockNumber, logIndex }: LogPosition): LogPosition => ({ blockNumber, logIndex });

/** Summaries that no taker's leg has claimed yet. */
function createPending(summaries: readonly MatchSummary[]) {
  const ordered = inChainOrder(summaries, itself);
  /** Up to here all are claimed, as long as they come in the order of their legs. */
  let next = 0;
  let byOrder: Map<string, MatchSummary[]> | null = null;
  return {
    /** An order hash names its exchange (it signs over the address), so block and hash are enough. */
    take(taker: Fill): MatchSummary | null {
      if (byOrder === null) {
        const first = ordered[next];
        if (first !== undefined && isOf(first, taker)) {
          next += 1;
          return first;
        }
        byOrder = Map.groupBy(ordered.slice(next), ({ takerOrderHash }) => takerOrderHash);
      }
      const ofOrder = byOrder.get(taker.orderHash) ?? [];
      const at = ofOrder.findIndex((summary) => isOf(summary, taker));
      return at < 0 ? null : (ofOrder.splice(at, 1)[0] ?? null);
    },
    rest: (): readonly MatchSummary[] => (byOrder === null ? ordered.slice(next) : [...byOrder.values()].flat()),
  };
}

const isOf = (summary: MatchSummary, taker: Fill): boolean =>
  summary.takerOrderHash === taker.orderHash && summary.blockNumber === taker.blockNumber;

function joinTakers(legs: readonly Fill[], from: number, to: number): void {
  let only: Fill | null = null;
  for (let at = from; at < to; at += 1) {
    const leg = legs[at] as Fill;
    if (leg.role !== "taker") continue;
    if (only !== null) {
      joinSeveral(legs.slice(from, to));
      return;
    }
    only = leg;
  }
  if (only === null) return;
  for (let at = from; at < to; at += 1) {
    const leg = legs[at] as Fill;
    if (leg === only || leg.counterparty === only.wallet) join(leg, only);
  }
}

/** Walks back to front, so that "the next taker of this wallet" is at hand; then fills what only an earlier one explains. */
function joinSeveral(group: readonly Fill[]): void {
  const next = new Map<string, Fill>();
  for (const leg of group.toReversed()) {
    if (leg.role === "taker") next.set(leg.wallet, leg);
    const taker = leg.role === "taker" ? leg : next.get(leg.counterparty ?? "");
    if (taker !== undefined) join(leg, taker);
  }
  const previous = new Map<string, Fill>();
  for (const leg of group) {
    if (leg.role === "taker") previous.set(leg.wallet, leg);
    const taker = leg.matchLogIndex === null ? previous.get(leg.counterparty ?? "") : undefined;
    if (taker !== undefined) join(leg, taker);
  }
}

const typeOf = (maker: Fill, taker: Fill): MatchType =>
  maker.side !== taker.side ? "COMPLEMENTARY" : taker.side === "BUY" ? "MINT" : "MERGE";

function checkMatch(match: Match, problems: MatchProblem[]): void {
  const { taker, makers, summary } = match;
  const add = (fill: Fill, reason: string, isIncomplete: boolean): void => {
    problems.push({ ...positionOf(fill), reason, isIncomplete });
  };
  if (makers.length === 0) add(taker, "TAKER_LEG_WITHOUT_MAKER_LEG", true);
  else if (!amountsAgree(match)) add(taker, "AMOUNTS_OF_LEGS_DISAGREE", true);
  if (summary === null) add(taker, "TAKER_LEG_WITHOUT_MATCH", true);
  else if (!equalsTakerLeg(summary, taker)) add(taker, "MATCH_DIFFERS_FROM_TAKER_LEG", false);
  let other: string | null = null;
  let isOther = true;
  for (const { fill, type } of makers) {
    const { tokenId } = fill;
    if ((type === "COMPLEMENTARY") !== (tokenId === taker.tokenId)) add(fill, "TOKENS_OF_LEGS_DISAGREE", false);
    if (type === "COMPLEMENTARY") continue;
    other ??= tokenId;
    isOther &&= tokenId === other;
  }
  if (!isOther) add(taker, "MORE_THAN_TWO_TOKENS_IN_A_MATCH", false);
}

const equalsTakerLeg = (summary: MatchSummary, taker: Fill): boolean =>
  summary.takerWallet === taker.wallet &&
  summary.side === taker.side &&
  summary.tokenId === taker.tokenId &&
  summary.size === taker.size &&
  summary.cash === taker.cash;

/**
 * What a taker receives is exact: shares of a BUY, collateral of a SELL. What it pays is the amount that the operator
 * pulled, whose rest goes back without a log (section 2.5), so that it may be more than the makers explain.
 */
function amountsAgree({ taker, makers }: Match): boolean {
  const { size, cash } = explainedByMakers(makers);
  return taker.side === "BUY" ? taker.size === size && taker.cash >= cash : taker.size >= size && taker.cash === cash;
}

/** The maker's cash in a COMPLEMENTARY leg; what is missing to one unit a share in a MINT or MERGE. */
function explainedByMakers(makers: readonly MakerLeg[]): { size: ShareMicros; cash: UsdMicros } {
  let size = 0n;
  let cash = 0n;
  for (const { fill, type } of makers) {
    size += fill.size;
    cash += type === "COMPLEMENTARY" ? fill.cash : fill.size - fill.cash;
  }
  return { size: shares(size), cash: usd(cash) };
}
