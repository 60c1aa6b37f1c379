/** Works the variants of a sweep out, as many at a time as there are processes, and keeps what each has found. */
import { scoreKey, sharesScores } from "../../core/backtest/sweep/score-log.ts";
import type { VariantFigures } from "../../core/backtest/sweep/variant-figures.ts";
import { toJson } from "../../core/engine/encode.ts";
import { InvariantError } from "../../core/errors.ts";
import type { VariantStore } from "../../ports/backtest.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Sweep, SweepStore, SweepVariant, VariantJobs, VariantPool } from "../../ports/sweep.ts";

export type SweepDeps = {
  readonly store: SweepStore;
  readonly variants: VariantStore;
  readonly jobs: VariantJobs;
  readonly pool: VariantPool;
  readonly clock: Clock;
};

export type SweepProgress = {
  readonly done: number;
  /** Of all variants, those that run counted in parts. */
  readonly share: number;
};

export type SweepWishes = {
  readonly onProgress?: (progress: SweepProgress) => void;
  /** After each that is done. */
  readonly onVariant?: () => void;
  readonly signal?: AbortSignal;
};

/** Until no variant is left that nobody works on. @returns how many were worked out here */
export async function workOnSweep(deps: SweepDeps, sweep: Sweep, wishes: SweepWishes = {}): Promise<number> {
  const { store, variants, jobs, pool, clock } = deps;
  const { onProgress = () => undefined, onVariant = () => undefined, signal } = wishes;
  const { id, plan } = sweep;
  const byHash = new Map(sweep.variants.map((variant) => [variant.hash, variant]));
  const tried = await variants.countWith([...byHash.keys()], plan.from, plan.to);
  let finished = await store.finished(id);
  const running = new Map<string, number>();
  const scores = new SharedScores();
  let done = 0;
  const tell = (): void => {
    const parts = [...running.values()].reduce((sum, share) => sum + share, 0);
    onProgress({ done: finished.size, share: (finished.size + parts) / sweep.variants.length });
  };

  async function workOut(variant: SweepVariant): Promise<void> {
    const { hash, options } = variant;
    const run = (keepsScores: boolean): Promise<VariantFigures> =>
      pool.run({ options, tried, keepsScores }, (share) => {
        running.set(hash, share);
        tell();
      });
    const figures = await (sharesScores(options) ? scores.with(scoreKey(options), run) : run(false));
    const triedAt = clock.nowMs();
    await variants.record({ ...ledgerRow(variant, figures), triedAt });
    await store.save(id, hash, figures, triedAt);
  }
  async function work(): Promise<void> {
    while (!signal?.aborted) {
      const job = await jobs.next();
      if (job === null) return;
      finished = await store.finished(id);
      const variant = byHash.get(job.hash);
      if (variant === undefined) throw new InvariantError("VARIANT_UNKNOWN", `sweep ${id} has no variant ${job.hash}`);
      try {
        // Given out once more after its worker had kept the figures and died.
        if (!finished.has(job.hash)) {
          await workOut(variant);
          done += 1;
        }
        await job.done();
        finished = await store.finished(id);
        onVariant();
      } catch (error) {
        await job.giveBack();
        if (signal?.aborted) return;
        throw error;
      } finally {
        running.delete(job.hash);
        tell();
      }
    }
  }
  const stop = (): void => void pool.close();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await Promise.all(Array.from({ length: pool.size }, work));
  } finally {
    signal?.removeEventListener("abort", stop);
  }
  return done;
}

const ledgerRow = ({ hash, options }: SweepVariant, { verdict, edge }: VariantFigures) => ({
  ...{ hash, from: options.from, to: options.to, parameters: JSON.stringify(toJson(options)) },
  ...{ verdict, edgePerShare: edge?.mean ?? null },
});

/** The first variant with a key writes its scores down; the others with that key wait for it. */
class SharedScores {
  private readonly kept = new Map<string, Promise<boolean>>();

  async with<T>(key: string, run: (keepsScores: boolean) => Promise<T>): Promise<T> {
    for (let known = this.kept.get(key); known !== undefined; known = this.kept.get(key)) {
      if (await known) return run(false);
    }
    const first = run(true);
    this.kept.set(
      key,
      first.then(
        () => true,
        () => {
          this.kept.delete(key);
          return false;
        },
      ),
    );
    return first;
  }
}

/** Variants with scores of their own first, so that no process waits for another's for long. */
export function orderVariants(variants: readonly SweepVariant[]): readonly SweepVariant[] {
  const byKey = Map.groupBy(variants, ({ options }) => scoreKey(options));
  const first = new Set([...byKey.values()].map(([variant]) => variant));
  return [...first].filter((variant) => variant !== undefined).concat(variants.filter((each) => !first.has(each)));
}

/** For one process alone: each variant once, in this order. */
export function listedJobs(hashes: readonly string[]): VariantJobs {
  const waiting = [...hashes];
  return {
    async next() {
      const hash = waiting.shift();
      if (hash === undefined) return null;
      return { hash, done: async () => undefined, giveBack: async () => void waiting.unshift(hash) };
    },
    close: async () => undefined,
  };
}
