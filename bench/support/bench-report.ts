/** What every benchmark prints: lines for a person, and one `BENCH {…}` line for a program. */

export type Spread = { readonly min: number; readonly median: number; readonly max: number };

/** Three figures of several runs: a single number from a noisy machine says nothing. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b).map(significant);
  const [min, max] = [sorted[0], sorted.at(-1)];
  const median = sorted[Math.floor(sorted.length / 2)];
  if (min === undefined || median === undefined || max === undefined) throw new Error("a spread of no runs");
  return { min, median, max };
}

/** Three significant digits: more would pretend to know more. */
export const significant = (value: number): number => Number(value.toPrecision(3));

export function printBench(name: string, figures: Readonly<Record<string, unknown>>): void {
  console.log(`BENCH ${JSON.stringify({ name, ...figures })}`);
}

/** Wall milliseconds that `work` takes. */
export async function timeMs(work: () => unknown | Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Milliseconds of processor time that `work` takes of this thread: what other programs do meanwhile does not count. */
export function threadMs(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** Milliseconds of a clock that all processes of this machine share and that nobody sets. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
