import { type Command, InvalidArgumentError } from "commander";
import { REQUESTS_PER_SECOND } from "../../adapters/polymarket-data/rate-limits.ts";
import { readOverview, readScoredWallets } from "../../adapters/postgres/overview.ts";
import { AbortedError } from "../../core/errors.ts";
import { MINUTE_MS, SECOND_MS } from "../../core/time/time.ts";
import type { Logger } from "../../ports/logger.ts";
import { estimateBudget, type RequestBudget } from "../../services/bootstrap/request-budget.ts";
import {
  type BootstrapProgress,
  type BootstrapReport,
  type BootstrapRequest,
  DEFAULT_WALLETS,
  LEAD_DAYS,
  runBootstrap,
} from "../../services/bootstrap/run-bootstrap.ts";
import { bootstrapDeps } from "../bootstrap.ts";
import { tierTable, walletTable } from "../overview-tables.ts";
import { EXIT, type Program, runProgram, withDatabase } from "../program.ts";
import { createProgressLine, type ProgressLine, showLeft, showShare } from "../progress-line.ts";
import { createReputation } from "../reputation.ts";
import { showCount } from "../table.ts";

type Flags = { readonly wallets: number; readonly days?: number };

const WALLETS_SHOWN = 10;

const wholeFrom =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isInteger(value) || value < min || value > max)
      throw new InvalidArgumentError(`A whole number from ${min} to ${max} is needed.`);
    return value;
  };

export function addBootstrap(cli: Command): void {
  cli
    .command("bootstrap")
    .description("score the venue's leaders now, from its own history of accounts, until ours is long enough")
    .option("--wallets <number>", "how many wallets to read", wholeFrom(1, 5_000), DEFAULT_WALLETS)
    .option("--days <number>", "closed within so many days, instead of REPUTATION_LOOKBACK_DAYS", wholeFrom(1, 3_650))
    .addHelpText(
      "after",
      "\nScores made this way are marked data-api, count with 0.8 of the confidence, and give way to our own." +
        "\nStop it whenever you like: the same command goes on.",
    )
    .action((flags: Flags) => runProgram((program) => runCommand(program, flags)));
}

async function runCommand(program: Program, { wallets, days }: Flags): Promise<number> {
  const { environment, clock, logger, terminal, signal } = program;
  const request: BootstrapRequest = { wallets, days: days ?? environment.REPUTATION_LOOKBACK_DAYS };
  const line = createProgressLine(terminal, clock);
  return withDatabase(program, async (database) => {
    terminal.writeLine(budgetText(request));
    const parts = { ...program, logger: besideProgress(logger, line), database };
    const deps = bootstrapDeps(parts, createReputation({ ...parts, machineTimeFactor: 1 }));
    const report = await runBootstrap(deps, request, (progress) => line.show(progressText(progress)), signal).finally(
      line.end,
    );
    if (report === null) {
      terminal.writeLine("Another process reads accounts already; its scores come into the same database.");
      return EXIT.done;
    }
    const [overview, best] = [await readOverview(database), await readScoredWallets(database, WALLETS_SHOWN)];
    terminal.writeLine([reportText(report), tierTable(overview), walletTable(best, terminal.columns())].join("\n\n"));
    return EXIT.done;
  }).catch((error: unknown) => {
    if (!(error instanceof AbortedError)) throw error;
    terminal.writeLine("Stopped. What was read is kept: the same command goes on with the wallets that are left.");
    return EXIT.forced;
  });
}

/** The progress says what the services would; what they warn of gets a line of its own. */
const besideProgress = (logger: Logger, line: ProgressLine): Logger => ({
  ...logger,
  info: () => {},
  warn(message, fields) {
    line.end();
    logger.warn(message, fields);
  },
  with: (fields) => besideProgress(logger.with(fields), line),
});

function budgetText({ wallets, days }: BootstrapRequest): string {
  const { usual, most } = estimateBudget(wallets, REQUESTS_PER_SECOND);
  const text = ({ requests, seconds }: RequestBudget): string =>
    `${showCount(requests)} requests, ${Math.ceil((seconds * SECOND_MS) / MINUTE_MS)} min`;
  return (
    `Reading ${showCount(wallets)} wallets over ${days + LEAD_DAYS} days at up to ${REQUESTS_PER_SECOND.all} requests a second, ` +
    `half of what is allowed: about ${text(usual)}; at most ${text(most)}.`
  );
}

function progressText(progress: BootstrapProgress): string {
  if (progress.phase === "candidates") return "looking for wallets on the leaderboards and on the tape";
  const { wallets, walletsDone, requests, requestsPerSecond, leftMs } = progress;
  return [
    showShare(wallets === 0 ? 1 : walletsDone / wallets),
    `${showCount(walletsDone)} of ${showCount(wallets)} wallets`,
    `${showCount(requests)} requests, ${requestsPerSecond.toFixed(1)}/s`,
    showLeft(leftMs),
  ].join("  ");
}

function reportText(report: BootstrapReport): string {
  const { counts, isResumed, walletsBefore, requests, retries, seconds } = report;
  const { done, incomplete, failed, pending, reasons } = counts;
  const why = [...reasons].map(([reason, wallets]) => `${reason} ${showCount(wallets)}`).join(", ");
  const lines = [
    `${isResumed ? `Went on with a run that had read ${showCount(walletsBefore)}. ` : ""}` +
      `Read ${showCount(done + incomplete + failed - walletsBefore)} wallets in ${Math.round(seconds)} s and ${showCount(requests)} requests (${showCount(retries)} repeated).`,
  ];
  if (incomplete + failed > 0) {
    lines.push(
      `Not scored: ${showCount(incomplete)} with an incomplete history, ${showCount(failed)} refused (${why}).`,
    );
  }
  if (pending > 0) lines.push(`${showCount(pending)} wallets are left: the same command goes on with them.`);
  return lines.join("\n");
}
