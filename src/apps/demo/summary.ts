import type { Overview, PositionRow, WalletRow } from "../../adapters/postgres/overview.ts";
import { msSinceProcessStart, wallNowMs } from "../../adapters/system/clock.ts";
import { pnlLine, positionTable, readTable, signalTable, tierTable, walletTable } from "../overview-tables.ts";
import { renderTable, showCount, showPercent } from "../table.ts";
import type { Milestones } from "./milestones.ts";
import type { DemoOptions } from "./options.ts";
import type { PlantedWallet, SkillReport } from "./planted-skill.ts";

export type DemoSummary = {
  readonly seconds: number;
  readonly simulatedMinutes: number;
  readonly overview: Overview;
  readonly wallets: readonly WalletRow[];
  readonly positions: readonly PositionRow[];
  readonly milestones: Milestones;
  readonly skill: SkillReport;
  readonly planted: readonly (PlantedWallet & { readonly score: number })[];
};

const showSeconds = (seconds: number | null): string => (seconds === null ? "not seen" : `${seconds.toFixed(1)} s`);

const showRatio = (ratio: number | null): string => (ratio === null ? "–" : ratio.toFixed(3));

function milestoneTable(milestones: Milestones): string {
  return renderTable(
    [{ title: "first" }, { title: "after", align: "right" }],
    [
      ["scored wallet", showSeconds(milestones.firstScoreSeconds)],
      ["FOLLOW_WHALE signal", showSeconds(milestones.firstSignalSeconds)],
      ["paper position opened", showSeconds(milestones.firstOpenedSeconds)],
      ["paper position closed", showSeconds(milestones.firstClosedSeconds)],
      ["… by the market's resolution", showSeconds(milestones.firstResolvedSeconds)],
    ],
  );
}

function skillTable(skill: SkillReport): string {
  return renderTable(
    [{ title: "planted against found" }, { title: "", align: "right" }],
    [
      ["planted wallets (with skill)", `${skill.plantedWallets} (${skill.skilledWallets})`],
      ["of these scored", showCount(skill.scoredWallets)],
      ["score ≥ 7", showCount(skill.highScores)],
      ["of those, in the most skilled tenth", showPercent(skill.topDecileShare)],
      ["noise traders called WHALE", showPercent(skill.falseWhaleRate)],
      ["AUC of score for planted skill", showRatio(skill.auc)],
    ],
  );
}

/** The last screen of the demo, as plain text. */
export function renderSummary(summary: DemoSummary, { speed, seed }: DemoOptions): string {
  const { overview, seconds, simulatedMinutes } = summary;
  const title = `SIMULATED · summary after ${seconds.toFixed(0)} s (${simulatedMinutes.toFixed(0)} simulated minutes at ${speed} times the speed, seed ${seed})`;
  return [
    "",
    title,
    "═".repeat(title.length),
    readTable(overview),
    milestoneTable(summary.milestones),
    tierTable(overview),
    walletTable(summary.wallets),
    signalTable(overview.signals),
    positionTable(summary.positions),
    pnlLine(overview),
    skillTable(summary.skill),
    "SIMULATED. Every wallet, market and price above was made by a program that planted the skill it then found.",
    "Profit or loss in it proves nothing about the real market, and no return is promised.",
  ].join("\n\n");
}

/** Figures for programs; seconds are wall seconds since the process started, which was at `processStartedAt`. */
export function summaryFigures({ milestones, skill, overview, seconds, planted }: DemoSummary): string {
  const processStartedAt = wallNowMs() - msSinceProcessStart();
  const figures = {
    simulated: true,
    processStartedAt,
    seconds,
    ...milestones,
    ...skill,
    fills: overview.fills.toString(),
    wallets: planted,
  };
  return `${JSON.stringify(figures, null, 2)}\n`;
}
