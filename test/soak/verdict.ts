/** What the samples of a soak say. Pure: times in seconds since the load began, memory in megabytes. */

export type Sample = {
  readonly at: number;
  /** Blocks that the chain has and we do not, and how long we could have had the first of them. */
  readonly lagBlocks: number;
  readonly lagSeconds: number;
  /** How long the oldest entry of the ingest log has waited for the executor. */
  readonly executorLagSeconds: number;
  /** By service; absent while it is being restarted. */
  readonly usage: Readonly<Record<string, { readonly rss: number; readonly peak: number; readonly cpu: number }>>;
};

/** The smallest value that `share` of the values do not exceed; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Slope of the line of least squares, by unit of x. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: 0 | 1): number => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const under = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return over / under;
}

export type Growth = { readonly mbPerHour: number; readonly early: number; readonly late: number };

/**
 * Memory over a stretch without restarts: the slope, and the medians of its first and its last third, which single
 * collections do not move.
 */
export function growthOf(points: readonly (readonly [seconds: number, rss: number])[]): Growth | null {
  if (points.length < 6) return null;
  const third = Math.floor(points.length / 3);
  const median = (part: typeof points): number =>
    percentile(
      part.map(([, rss]) => rss),
      0.5,
    );
  return {
    mbPerHour: slope(points) * 3_600,
    early: median(points.slice(0, third)),
    late: median(points.slice(-third)),
  };
}

/** Less than this is how collections happen to fall. */
const GROWTH_MB = 12;
const GROWTH_SHARE = 0.08;
export const grows = ({ early, late }: Growth): boolean => late > early * (1 + GROWTH_SHARE) + GROWTH_MB;
