import type { Reconciliation } from "../adapters/postgres/reconciliation-store.ts";
import { formatUsd, type UsdMicros } from "../core/money/amounts.ts";
import { type ErrorReport, errorOf } from "../core/reputation/error-report.ts";
import type { Compared, NotComparable } from "../core/reputation/reconcile.ts";
import type { DifferenceClass } from "../core/reputation/reconcile-class.ts";
import type { ReconciliationRow } from "../ports/reconciliation-store.ts";
import { renderTable, showCount, showPercent, showUsd } from "./table.ts";

const NOT_COMPARED = `Not compared, because the two sides do not mean the same:
  - what was open before our coverage begins: we do not know what it cost
  - P&L at a moment when something was open: the venue marks it at its price, we hold it at its cost
  - single tokens: the venue books a split at 0.50 and 0.50 of its own, so both tokens of a market are taken together
  - fees: the venue's positions leave them out, so ours are added back; its series has them taken off, as ours has
  - rebates, rewards and other income, and combos: not in our ledger of markets
  - what closed in the last hour: the venue may not have booked it yet`;

const REASONS: Readonly<Record<NotComparable, string>> = {
  OPENED_BEFORE_COVERAGE: "something was open before our coverage begins",
  MOVED_WITHOUT_TRADE: "shares were transferred or converted",
  INCOMPLETE_HERE: "our own history is incomplete",
  ARCHIVED: "its fills are in the archive alone",
  NOTHING_CLOSED: "nothing has closed, or only in the last hour",
  ALWAYS_OPEN: "there was no hour without an open position",
  NO_SERIES: "the venue has no series",
  TOO_MANY_POSITIONS: "the venue has more positions than are read",
  REFUSED: "the venue did not answer, or not in a way that can be used",
};

const CAUSES: Readonly<Record<DifferenceClass, string>> = {
  MISSING_THERE: "the venue has no such position",
  FEES: "fees are in the one figure and not in the other",
  LOSER_UNREDEEMED: "the venue does not count the loss of losers that nobody redeemed",
  NOT_SETTLED: "the venue still marks a resolved market at a price",
  FEE_IN_SHARES: "the venue leaves out V1's fees in shares",
  TRANSFERRED: "shares came or went by transfer, which the venue does not follow",
  CONVERTED: "shares were converted: the venue spreads cost by average price, we by what each had cost",
  FEWER_SHARES_THERE: "the venue has booked fewer shares than were bought",
  MORE_SHARES_THERE: "the venue has booked more shares than we saw bought",
  UNEXPLAINED: "no cause fits",
};

const TITLES = {
  positions: "By /v2/positions: markets that closed, before fees",
  "user-pnl": "By /v2/user-pnl: whole accounts, after fees",
} as const;

/** Of so many of the worst wallets, the units that differ most are shown with where to look. */
const WALLETS_DETAILED = 3;
const UNITS_DETAILED = 3;

const usdText = (value: UsdMicros | null): string => (value === null ? "–" : showUsd(formatUsd(value)));
const right = (title: string) => ({ title, align: "right" }) as const;

export const reconciliationText = (rows: readonly ReconciliationRow[], dataUrl: string): string =>
  [...rows.flatMap((row) => sectionsOf(row, dataUrl)), NOT_COMPARED].join("\n\n");

function sectionsOf(row: ReconciliationRow, dataUrl: string): readonly string[] {
  const { measure, coveredFrom, walletsSampled, errors, notComparable } = row;
  const head =
    `${TITLES[measure]}. Since ${new Date(coveredFrom).toISOString().slice(0, 16)}Z: ` +
    `${showCount(errors.wallets)} of ${showCount(walletsSampled)} wallets, ${showCount(errors.units)} units.`;
  const left = [...notComparable].map(([reason, wallets]) => `  ${showCount(wallets)}: ${REASONS[reason]}`);
  return [
    head,
    figureTable(errors),
    ...(errors.causes.length > 0 ? [causeTable(errors)] : []),
    ...(errors.worst.length > 0 ? [worstTable(errors.worst), detailText(errors.worst, dataUrl)] : []),
    ...(left.length > 0 ? [`Wallets left out:\n${left.join("\n")}`] : []),
  ];
}

function figureTable({ usd, relative, shareWithin1Pct }: ErrorReport): string {
  return renderTable(
    [{ title: "error" }, ...["median", "90 %", "99 %", "largest", "within 1 %"].map(right)],
    [
      ["in dollars", ...[usd.median, usd.p90, usd.p99, usd.max].map(usdText), ""],
      [
        "relative",
        ...[relative.median, relative.p90, relative.p99, relative.max].map(showPercent),
        showPercent(shareWithin1Pct),
      ],
    ],
  );
}

const causeTable = ({ causes }: ErrorReport): string =>
  renderTable(
    [{ title: "cause" }, right("differences"), right("in all"), { title: "which means" }],
    causes.map(({ cause, differences, sizeUsd }) => [cause, showCount(differences), usdText(sizeUsd), CAUSES[cause]]),
  );

const worstTable = (worst: readonly Compared[]): string =>
  renderTable(
    [{ title: "largest errors" }, ...["ours", "venue's", "apart", "units", "differ"].map(right), { title: "cause" }],
    worst.map((each) => [
      each.wallet,
      ...[each.ours, each.venue, errorOf(each)].map(usdText),
      ...[each.units, each.differences.length].map(showCount),
      each.cause ?? "",
    ]),
  );

/** The numbers behind the worst, market by market, and where both sides can be looked up. */
function detailText(worst: readonly Compared[], dataUrl: string): string {
  const lines = worst
    .slice(0, WALLETS_DETAILED)
    .flatMap(({ wallet, differences }) => [
      `${wallet}: ${profileOf(wallet)}, ${dataUrl.replace(/\/+$/, "")}/v2/positions?user=${wallet}`,
      ...differences
        .slice(0, UNITS_DETAILED)
        .map(
          ({ marketId, ours, venue, cause }) =>
            `  ${marketId}: ours ${usdText(ours)}, venue's ${usdText(venue)}, ${cause}`,
        ),
    ]);
  return `To look at:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

const profileOf = (wallet: string): string => `https://polymarket.com/profile/${wallet}`;

/** Amounts are decimal text in dollars; shares are from 0 to 1. */
export const reconciliationJson = (rows: readonly ReconciliationRow[]): unknown =>
  rows.map(({ measure, coveredFrom, walletsSampled, errors, notComparable }) => ({
    measure,
    coveredFrom: new Date(coveredFrom).toISOString(),
    ...{ walletsSampled, walletsCompared: errors.wallets, unitsCompared: errors.units },
    errorUsd: Object.fromEntries(
      Object.entries(errors.usd).map(([name, value]) => [name, value === null ? null : formatUsd(value)]),
    ),
    errorRelative: errors.relative,
    shareWithin1Pct: errors.shareWithin1Pct,
    causes: errors.causes.map(({ cause, differences, sizeUsd }) => ({
      ...{ cause, differences, sizeUsd: formatUsd(sizeUsd) },
    })),
    worst: errors.worst.map(({ wallet, ours, venue, units, cause, differences }) => ({
      ...{ wallet, profile: profileOf(wallet), oursUsd: formatUsd(ours), venueUsd: formatUsd(venue), units, cause },
      differences: differences.map((each) => ({
        ...{ marketId: each.marketId, oursUsd: formatUsd(each.ours), venueUsd: formatUsd(each.venue) },
        cause: each.cause,
      })),
    })),
    notComparable: Object.fromEntries(notComparable),
  }));

/** For `orderflow status`; nothing before the first run. */
export const reconciliationLines = (rows: readonly Reconciliation[]): readonly string[] =>
  rows.map(
    ({ reconciledAt, measure, wallets, medianUsd, p99Usd, maxUsd, shareWithin1Pct, unexplained }) =>
      `P&L against the venue's ${measure}, ${new Date(reconciledAt).toISOString().slice(0, 16).replace("T", " ")}: ` +
      `${showCount(wallets)} wallets, error ${[medianUsd, p99Usd, maxUsd].map((text) => (text === null ? "–" : showUsd(text))).join(" / ")} ` +
      `(median / 99 % / largest), within 1 %: ${showPercent(shareWithin1Pct)}, ${showCount(unexplained)} unexplained.`,
  );
