import { type Command, InvalidArgumentError } from "commander";
import { createReconciliationStore } from "../../adapters/postgres/reconciliation-store.ts";
import { formatUsd, type UsdMicros } from "../../core/money/amounts.ts";
import type { ReconciliationRow } from "../../ports/reconciliation-store.ts";
import { runReconcile } from "../../services/reconcile/run-reconcile.ts";
import { openAccountHistory } from "../bootstrap.ts";
import { type Program, runProgram, withDatabase } from "../program.ts";
import { createProgressLine, showBar } from "../progress-line.ts";
import { renderTable, showCount, showPercent, showUsd } from "../table.ts";

const NOT_COMPARED = `Not compared, because the two sides do not mean the same:
  - what was open before our coverage begins: we do not know what it cost
  - P&L at a moment when something was open: the venue marks it at its price, we hold it at its cost
  - single tokens: the venue books a split at 0.50 and 0.50 of its own, so both tokens of a market are taken together
  - fees: the venue's positions leave them out, so ours are added back; its series has them taken off, as ours has
  - transfers and conversions: cost goes with the shares here, and how the venue books them is not documented
  - rebates, rewards and other income, and combos: not in our ledger of markets
  - what closed in the last hour: the venue may not have booked it yet`;

const REASONS: Readonly<Record<string, string>> = {
  OPENED_BEFORE_COVERAGE: "something was open before our coverage begins",
  MOVED_WITHOUT_TRADE: "shares were transferred or converted",
  INCOMPLETE_HERE: "our own history is incomplete",
  UNKNOWN_TO_VENUE: "the venue has no such position",
  NOTHING_CLOSED: "nothing has closed, or only in the last hour",
  ALWAYS_OPEN: "there was no hour without an open position",
  NO_SERIES: "the venue has no series",
  REFUSED: "the venue did not answer, or not in a way that can be used",
};

function parseSample(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < 1 || value > 10_000)
    throw new InvalidArgumentError("A whole number from 1 to 10000 is needed.");
  return value;
}

export function addReconcile(cli: Command): void {
  cli
    .command("reconcile")
    .description("compare our P&L of some wallets with the venue's own, and keep the figures")
    .option("--sample <number>", "how many wallets, others at each run", parseSample, 200)
    .action(({ sample }: { readonly sample: number }) => runProgram((program) => runCommand(program, sample)));
}

async function runCommand(program: Program, sample: number): Promise<void> {
  const { environment, clock, terminal, signal } = program;
  const line = createProgressLine(terminal, clock);
  await withDatabase(program, async (database) => {
    const store = createReconciliationStore(database);
    const rows = await runReconcile(
      { history: openAccountHistory(environment), store, clock },
      sample,
      ({ wallets, walletsDone, requests }) =>
        line.show(
          `${showBar(walletsDone / wallets)} ${walletsDone} of ${wallets} wallets  ${showCount(requests)} requests`,
        ),
      signal,
    ).finally(line.end);
    if (rows === null) terminal.writeLine("Nothing to compare yet: no wallet is scored from blocks that we hold.");
    else terminal.writeLine([...rows.flatMap(sectionsOf), NOT_COMPARED].join("\n\n"));
  });
}

const TITLES = {
  positions: "By /v2/positions: markets that closed, before fees",
  "user-pnl": "By /v2/user-pnl: whole accounts, after fees",
} as const;

const usdText = (value: UsdMicros | null): string => (value === null ? "–" : showUsd(formatUsd(value)));
const right = (title: string) => ({ title, align: "right" }) as const;

function sectionsOf({
  measure,
  coveredFrom,
  walletsSampled,
  errors,
  notComparable,
}: ReconciliationRow): readonly string[] {
  const head =
    `${TITLES[measure]}. Since ${new Date(coveredFrom).toISOString().slice(0, 16)}Z: ` +
    `${showCount(errors.wallets)} of ${showCount(walletsSampled)} wallets, ${showCount(errors.units)} units.`;
  const figures = renderTable(
    [{ title: "error" }, right("median"), right("95 %"), right("within 1 %")],
    [
      ["in dollars", usdText(errors.medianUsd), usdText(errors.p95Usd), ""],
      [
        "relative",
        showPercent(errors.medianRelative),
        showPercent(errors.p95Relative),
        showPercent(errors.shareWithin1Pct),
      ],
    ],
  );
  const worst = renderTable(
    [{ title: "largest errors" }, right("ours"), right("venue's"), right("units")],
    errors.worst.map(({ wallet, ours, venue, units }) => [wallet, usdText(ours), usdText(venue), showCount(units)]),
  );
  const left = [...notComparable].map(([reason, wallets]) => `  ${showCount(wallets)}: ${REASONS[reason] ?? reason}`);
  return [
    head,
    figures,
    ...(errors.worst.length > 0 ? [worst] : []),
    ...(left.length > 0 ? [`Wallets left out:\n${left.join("\n")}`] : []),
  ];
}
