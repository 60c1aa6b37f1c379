import { correctFor, type Interval } from "../../core/backtest/bootstrap.ts";
import { dayCount, type VariantFigures } from "../../core/backtest/sweep/variant-figures.ts";
import { judgeSweep, type SweepJudgement, walkWindows } from "../../core/backtest/sweep/walk-forward.ts";
import { InputError } from "../../core/errors.ts";
import type { VariantStore } from "../../ports/backtest.ts";
import type { Sweep, SweepPlan, SweepStore, SweepVariant } from "../../ports/sweep.ts";

export type SweepRow = Pick<SweepVariant, "hash" | "point"> & {
  readonly figures: VariantFigures;
  /** Of the edge, for all variants that were tried on this data. */
  readonly corrected: Interval | null;
};

export type SweepReport = {
  readonly id: string;
  readonly plan: SweepPlan;
  /** Of so many; where some are missing, the report is of a part. */
  readonly variants: number;
  readonly isPartial: boolean;
  /** On data that overlaps, these included. */
  readonly tried: number;
  /** Those that are done, in the order of the grid. */
  readonly rows: readonly SweepRow[];
  readonly judgement: SweepJudgement;
};

/** From what has been found so far. */
export async function reportSweep(
  { id, plan, variants }: Sweep,
  { store, ledger }: { readonly store: SweepStore; readonly ledger: VariantStore },
): Promise<SweepReport> {
  const results = await store.results(id);
  const hashes = variants.map(({ hash }) => hash);
  const tried = await ledger.countWith(hashes, plan.from, plan.to);
  const rows = variants.flatMap(({ hash, point }): readonly SweepRow[] => {
    const figures = results.get(hash);
    if (figures === undefined) return [];
    const { mean = 0, interval = null } = figures.edge ?? {};
    return [{ hash, point, figures, corrected: interval === null ? null : correctFor(tried, mean, interval) }];
  });
  const judgement = judgeSweep(
    rows.map(({ figures }) => figures),
    dayCount(plan),
    plan.windows === null ? null : windowsOf(plan, plan.windows),
    plan,
  );
  return { id, plan, variants: variants.length, isPartial: rows.length < variants.length, tried, rows, judgement };
}

/** @throws InputError where not one window fits into the stretch */
export function windowsOf(
  plan: Pick<SweepPlan, "from" | "to">,
  { fitDays, judgeDays }: NonNullable<SweepPlan["windows"]>,
): ReturnType<typeof walkWindows> {
  const days = dayCount(plan);
  const windows = walkWindows(days, fitDays, judgeDays);
  if (windows.length > 0) return windows;
  throw new InputError(
    "WINDOWS_EMPTY",
    `${days} days from --from to --to hold no window of ${fitDays} days to fit and ${judgeDays} to judge: ` +
      "shorten --fit and --judge, or lengthen the stretch",
    {},
  );
}
