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

type Leg = { fill: Fill; taker: Fill | null };

/**
 * Joins the fills of whole blocks into matches (on-chain sheet, section 2.2): within one transaction and exchange,
 * a maker's leg belongs to the next taker's leg whose wallet it names. Some archives keep the logs of a transaction
 * without their order; there, a leg without a later taker belongs to the nearest earlier one.
 * A problem of one match touches no other.
 */
export function groupMatches(fills: readonly Fill[], summaries: readonly MatchSummary[]): GroupedMatches {
  const legs = inChainOrder(fills, itself).map((fill): Leg => ({ fill, taker: null }));
  const problems: MatchProblem[] = [];
  const pending = summariesByOrder(summaries);
  const matches: Match[] = [];
  for (const group of groupsOf(legs)) {
    joinTakers(group);
    for (const leg of group) {
      if (leg.fill.role !== "taker") continue;
      const makers = group
        .filter((each) => each.taker === leg.fill && each !== leg)
        .map(({ fill }) => makerLeg(fill, leg.fill));
      const match = {
        taker: leg.fill,
        makers,
        summary: takeSummary(pending, leg.fill),
      };
      matches.push(match);
      problems.push(...checkMatch(match));
    }
    problems.push(...withoutTaker(group));
  }
  for (const summary of [...pending.values()].flat()) {
    problems.push({ ...positionOf(summary), reason: "MATCH_WITHOUT_TAKER_LEG", isIncomplete: true });
  }
  return {
    fills: legs.map(({ fill, taker }) => (taker === null ? fill : { ...fill, matchLogIndex: taker.logIndex })),
    matches: inChainOrder(matches, ({ taker }) => taker),
    problems: problems.sort(compareLogPosition),
  };
}

/** Of one transaction and exchange; legs of a transaction nearly always follow each other. */
function groupsOf(legs: readonly Leg[]): Leg[][] {
  const transactions = new Map<string, Leg[][]>();
  let txHash: string | null = null;
  let groups: Leg[][] = [];
  for (const leg of legs) {
    if (leg.fill.txHash !== txHash) {
      txHash = leg.fill.txHash;
      groups = transactions.get(txHash) ?? [];
      if (groups.length === 0) transactions.set(txHash, groups);
    }
    const group = groups.find(([first]) => first?.fill.exchange === leg.fill.exchange);
    if (group === undefined) groups.push([leg]);
    else group.push(leg);
  }
  return [...transactions.values()].flat();
}

const itself = <Item extends LogPosition>(item: Item): LogPosition => item;
const positionOf = ({ blockNumber, logIndex }: LogPosition): LogPosition => ({ blockNumber, logIndex });

function summariesByOrder(summaries: readonly MatchSummary[]): Map<string, MatchSummary[]> {
  return Map.groupBy(inChainOrder(summaries, itself), ({ takerOrderHash }) => takerOrderHash);
}

/** An order hash names its exchange (it signs over the address), so block and hash are enough. */
function takeSummary(pending: Map<string, MatchSummary[]>, taker: Fill): MatchSummary | null {
  const ofOrder = pending.get(taker.orderHash) ?? [];
  const at = ofOrder.findIndex(({ blockNumber }) => blockNumber === taker.blockNumber);
  return at < 0 ? null : (ofOrder.splice(at, 1)[0] ?? null);
}

function joinTakers(group: readonly Leg[]): void {
  const [first, second] = group.filter(({ fill }) => fill.role === "taker");
  if (second !== undefined) joinSeveral(group);
  else if (first !== undefined) {
    for (const leg of group) if (leg === first || leg.fill.counterparty === first.fill.wallet) leg.taker = first.fill;
  }
}

/** Walks back to front, so that "the next taker of this wallet" is at hand; then fills what only an earlier one explains. */
function joinSeveral(group: readonly Leg[]): void {
  const next = new Map<string, Fill>();
  for (const leg of group.toReversed()) {
    const { fill } = leg;
    if (fill.role === "taker") {
      next.set(fill.wallet, fill);
      leg.taker = fill;
    } else leg.taker = next.get(fill.counterparty ?? "") ?? null;
  }
  const previous = new Map<string, Fill>();
  for (const leg of group) {
    if (leg.fill.role === "taker") previous.set(leg.fill.wallet, leg.fill);
    else leg.taker ??= previous.get(leg.fill.counterparty ?? "") ?? null;
  }
}

function makerLeg(fill: Fill, taker: Fill): MakerLeg {
  return { fill, type: fill.side !== taker.side ? "COMPLEMENTARY" : taker.side === "BUY" ? "MINT" : "MERGE" };
}

/** `fillOrder` has no taker's leg either; the logs alone cannot tell it from a match that was cut. */
function withoutTaker(group: readonly Leg[]): MatchProblem[] {
  return group
    .filter((leg) => leg.taker === null)
    .map(({ fill }) => ({ ...positionOf(fill), reason: "MAKER_LEG_WITHOUT_TAKER_LEG", isIncomplete: true }));
}

function checkMatch(match: Match): MatchProblem[] {
  const { taker, makers, summary } = match;
  const at = positionOf(taker);
  const problems: MatchProblem[] = [];
  const add = (reason: string, isIncomplete: boolean): void => {
    problems.push({ ...at, reason, isIncomplete });
  };
  if (makers.length === 0) add("TAKER_LEG_WITHOUT_MAKER_LEG", true);
  else if (!amountsAgree(match)) add("AMOUNTS_OF_LEGS_DISAGREE", true);
  if (summary === null) add("TAKER_LEG_WITHOUT_MATCH", true);
  else if (!equalsTakerLeg(summary, taker)) add("MATCH_DIFFERS_FROM_TAKER_LEG", false);
  for (const { fill, type } of makers) {
    if ((type === "COMPLEMENTARY") === (fill.tokenId === taker.tokenId)) continue;
    problems.push({ ...positionOf(fill), reason: "TOKENS_OF_LEGS_DISAGREE", isIncomplete: false });
  }
  const other = makers.find(({ type }) => type !== "COMPLEMENTARY")?.fill.tokenId;
  if (makers.some(({ fill, type }) => type !== "COMPLEMENTARY" && fill.tokenId !== other))
    add("MORE_THAN_TWO_TOKENS_IN_A_MATCH", false);
  return problems;
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
