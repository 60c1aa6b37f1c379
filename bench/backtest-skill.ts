/**
 * Whether a backtest tells skill from luck: many of simnet's worlds, with skill and without, and worlds in which what the
 * informed know is in the price after five seconds. `--seeds 100 --first 1 --days 90 --worlds planted,none,decay`.
 */
import { STUDY_DELAYS_S } from "../src/core/backtest/study.ts";
import { plantedEdge, runSkillWorld } from "../test/support/backtest-worlds.ts";
import { numeric, scriptCommand } from "../test/support/script-command.ts";
import { printBench, significant } from "./support/bench-report.ts";

const { first, seeds, days, worlds } = scriptCommand("report:backtest", "Whether a backtest tells skill from luck.")
  .option("--seeds <number>", "worlds of each kind", numeric, 20)
  .option("--first <number>", "first seed", numeric, 1)
  .option("--days <number>", "of each world", numeric, 90)
  .option("--worlds <kinds>", "planted, none, decay", "planted,none,decay")
  .parse()
  .opts<{ seeds: number; first: number; days: number; worlds: string }>();
const kinds = worlds.split(",");
const verdicts: Record<string, number> = {};
const intervals: Record<string, number> = {};
const covered: Record<string, number> = {};
let decayed = 0;
let decays = 0;

for (let seed = first; seed < first + seeds; seed += 1) {
  for (const kind of kinds) {
    const run = await runSkillWorld({
      seed: `${kind}-${seed}`,
      days,
      isSkillPlanted: kind !== "none",
      revealMs: kind === "decay" ? 5_000 : null,
      // Where nobody is skilled nobody reaches 7. Whoever was lucky enough for 3.6 is followed: hundreds of bets that lose
      // a few cents on average, enough of them for luck to look like an edge.
      minWhaleScore: kind === "none" ? 3.6 : 7,
      isSmall: kind === "none",
    });
    const { verdict, edge, decay } = run.result;
    verdicts[`${kind}: ${verdict.word}`] = (verdicts[`${kind}: ${verdict.word}`] ?? 0) + 1;
    const line = decay.map((row, index) => {
      const planted = plantedEdge(run, index);
      const found = row.edge?.interval ?? null;
      // Later prices are those that somebody else paid, who may have known something too; the leader's own is not picked.
      if (found !== null && index === 0) {
        intervals[kind] = (intervals[kind] ?? 0) + 1;
        if (found.low <= planted && planted <= found.high) covered[kind] = (covered[kind] ?? 0) + 1;
      }
      return `${row.name} ${row.edge?.mean.toFixed(3)} (${planted.toFixed(3)})`;
    });
    if (kind === "decay") {
      decays += 1;
      const late = decay[STUDY_DELAYS_S.indexOf(10)]?.edge?.interval;
      if ((decay[0]?.edge?.interval?.low ?? 0) > 0 && (late?.low ?? 1) <= 0) decayed += 1;
    }
    console.log(`seed ${seed} ${kind}: ${verdict.word}, ${edge.bets} bets, ${line.join(", ")}`);
  }
}
printBench("backtest-skill", {
  ...{ seeds, days, verdicts },
  planted_in_interval: Object.fromEntries(
    Object.entries(intervals).map(([kind, count]) => [kind, `${covered[kind] ?? 0} of ${count}`]),
  ),
  edge_seen_dying: decays === 0 ? null : significant(decayed / decays),
});
