import { renderTable } from "../../src/apps/table.ts";
import { MEMORY_MB, type Supervised } from "./services.ts";
import { grows, growthOf, percentile, type Sample } from "./verdict.ts";

export type Judged = {
  readonly samples: readonly Sample[];
  readonly services: readonly Supervised[];
  /** Seconds after which memory is judged. */
  readonly settledFrom: number;
  readonly facts: Readonly<Record<string, unknown>>;
  /** What is wrong is added here. */
  readonly failures: string[];
};

/** With kills and outages of up to 15 s at any time. */
const LAG_P99 = { blocks: 60, seconds: 60, executorSeconds: 60 };
const RECOVERY_SECONDS = 60;
/** In less time the heap has not settled, and its growth is only told. */
const JUDGED_SECONDS = 240;

const round = (value: number): number => Number(value.toFixed(1));

/** Judges the samples against the limits, and says the figures. */
export function judge({ samples, services, settledFrom, facts, failures }: Judged) {
  const lag = (of: (sample: Sample) => number) => {
    const all = samples.map(of);
    return { p50: round(percentile(all, 0.5)), p99: round(percentile(all, 0.99)), max: round(percentile(all, 1)) };
  };
  const lags = {
    blocks: lag(({ lagBlocks }) => lagBlocks),
    seconds: lag(({ lagSeconds }) => lagSeconds),
    executorSeconds: lag(({ executorLagSeconds }) => executorLagSeconds),
  };
  for (const [what, { p99 }] of Object.entries(lags)) {
    const most = LAG_P99[what as keyof typeof lags];
    if (!(p99 <= most)) failures.push(`lag in ${what}: p99 ${p99}, at most ${most} is wanted`);
  }
  const memory = services.map(({ name, recoveries, ends }) => {
    const of = samples.flatMap(({ at, usage }) => {
      const now = usage[name];
      return now === undefined ? [] : [{ at, ...now }];
    });
    const peak = Math.max(...of.map((each) => each.peak));
    const settled = of.filter(({ at }) => at >= settledFrom);
    const growth = growthOf(settled.map(({ at, rss }) => [at, rss] as const));
    const [first, last] = [settled[0], settled.at(-1)];
    const slowest = Math.max(0, ...recoveries) / 1_000;
    if (!(peak <= MEMORY_MB[name]))
      failures.push(`${name} had ${round(peak)} MB, at most ${MEMORY_MB[name]} are allowed`);
    const isLong = last !== undefined && first !== undefined && last.at - first.at >= JUDGED_SECONDS;
    if (isLong && growth !== null && grows(growth))
      failures.push(`${name} grew from ${growth.early} to ${growth.late} MB`);
    if (slowest > RECOVERY_SECONDS) failures.push(`${name} needed ${round(slowest)} s to come back`);
    if (ends.length > 0) failures.push(`${name} ended by itself: ${ends.join(", ")}`);
    return {
      ...{ service: name, limit_mb: MEMORY_MB[name], peak_mb: round(peak), kills: recoveries.length },
      rss_p50_mb: round(
        percentile(
          of.map(({ rss }) => rss),
          0.5,
        ),
      ),
      early_mb: growth === null ? null : round(growth.early),
      late_mb: growth === null ? null : round(growth.late),
      mb_per_hour: growth === null ? null : round(growth.mbPerHour),
      cpu_percent: first && last ? round((100 * (last.cpu - first.cpu)) / (last.at - first.at)) : null,
      back_after_s: round(slowest),
    };
  });
  return { lags, memory, json: { ...facts, lag: lags, services: memory, passed: failures.length === 0 } };
}

export function report({ lags, memory }: ReturnType<typeof judge>): string {
  const columns = Object.keys(memory[0] ?? {});
  const of = (rows: readonly Readonly<Record<string, unknown>>[], names: readonly string[]): string =>
    renderTable(
      names.map((title) => ({ title, align: "right" as const })),
      rows.map((row) => names.map((name) => String(row[name] ?? ""))),
    );
  const behind = Object.entries(lags).map(([lag, figures]) => ({ lag, ...figures }));
  return [of(memory, columns), of(behind, ["lag", "p50", "p99", "max"])].join("\n\n");
}
